extension ReportPage {
    /// The page's only style sheet.
    ///
    /// Colours are Okabe and Ito's, darker or lighter where text needs it; none has a meaning alone.
    static let styleSheet: StaticString = """
        :root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--minor:#57606a;--line:#d0d7de;--panel:#f6f8fa;--link:#0b5cad;\
        --ok:#0072b2;--bad:#c74b00;--badtext:#9c3a00;--badbg:#fdeee4;--warntext:#6b4e00;--warnbg:#fbf3d5;--goodtext:#00557f;--goodbg:#e3f1fa}
        @media(prefers-color-scheme:dark){:root{--bg:#0f1419;--fg:#e6e9ed;--minor:#a3adb8;--line:#39424d;--panel:#171e26;\
        --link:#7cc4f8;--ok:#56b4e9;--bad:#f58a4b;--badtext:#ffb48a;--badbg:#3a2013;--warntext:#f0d37a;--warnbg:#352b0c;--goodtext:#9fd6f7;--goodbg:#0f2c3f}}
        *{box-sizing:border-box}
        html{scroll-behavior:smooth;scroll-padding-top:1rem;-webkit-text-size-adjust:100%}
        body{margin:0 auto;max-width:82rem;padding:0 1.25rem 3rem;background:var(--bg);color:var(--fg);\
        font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
        a{color:var(--link)}
        a:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:4px}
        .skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem;background:var(--bg);padding:.5rem;z-index:9}
        header{padding:1.75rem 0 .5rem}
        h1{font-size:1.75rem;line-height:1.2;margin:0 0 .35rem}
        h2{font-size:1.3rem;line-height:1.3;margin:0 0 .6rem}
        h3{font-size:1.05rem;margin:1rem 0 .4rem}
        p{margin:.4rem 0}
        header p{margin:.1rem 0}header .range{font-size:1.05rem}
        .minor,.source,footer,.range{color:var(--minor)}
        .minor{font-size:.92em}
        .hub{color:var(--minor);font-weight:400}.alias{display:inline-block;max-width:100%}
        time{white-space:nowrap;font-variant-numeric:tabular-nums}
        main>section{margin:2.25rem 0 0;padding-top:1.25rem;border-top:1px solid var(--line)}
        main>#verdict,main>#glance{border-top:0;padding-top:0;margin-top:1.25rem}
        main>#verdict{padding:.9rem 1.1rem;border-left:.4rem solid var(--ok);background:var(--goodbg);border-radius:.4rem}
        #verdict h2{font-size:1.15rem;margin:0}#verdict p{margin:.25rem 0 0}
        #verdict.fair{border-color:var(--minor);background:var(--panel)}
        #verdict.bad{border-color:var(--bad);background:var(--badbg);border:2px solid var(--bad);border-left-width:.6rem}
        #verdict.bad h2{color:var(--badtext);font-size:1.4rem}#verdict ul{margin:.5rem 0;padding-left:1.2rem;font-weight:600}
        .tiles{list-style:none;display:grid;grid-template-columns:repeat(auto-fit,minmax(8.1rem,1fr));gap:.75rem;padding:0;margin:0}
        .tile{display:block;height:100%;padding:.7rem .9rem;border:1px solid var(--line);border-radius:.5rem;background:var(--panel);\
        color:inherit;text-decoration:none}
        .tile:hover{border-color:var(--link)}
        .tile b{display:block;font-size:1.5rem;line-height:1.25;font-variant-numeric:tabular-nums}
        .tile span{color:var(--minor);font-size:.9rem}
        .tile.attention{border-color:var(--bad);border-left-width:.35rem;background:var(--badbg)}
        .tile.attention b{color:var(--badtext)}.tile.attention b::before{content:"▲ ";content:"▲ "/"";font-size:.8em}
        .tile.attention span{color:var(--fg)}
        nav ol{list-style:none;display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;padding:0;margin:1.25rem 0 0;font-size:.95rem}
        nav a{display:inline-block;padding:.2rem 0}
        .scroll{overflow-x:auto;margin:.8rem 0;border:1px solid var(--line);border-radius:.5rem;max-width:100%}
        table{border-collapse:collapse;width:100%;font-size:.9rem;line-height:1.4}
        table.narrow{width:auto;min-width:min(100%,30rem)}.scroll:has(>.narrow){width:fit-content}
        caption{text-align:left;padding:.55rem .75rem;color:var(--minor);font-size:.9rem}
        th,td{padding:.4rem .75rem;text-align:left;vertical-align:top;border-top:1px solid var(--line);unicode-bidi:isolate}
        td,tbody th{overflow-wrap:anywhere}
        thead th.w{min-width:8rem}thead th.s{min-width:10rem}thead th.l{min-width:16rem}thead th.n{min-width:4rem}
        thead th{background:var(--panel);font-weight:600;vertical-align:bottom;white-space:nowrap}
        tbody th{font-weight:600}
        td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
        tbody tr:nth-child(even){background:color-mix(in srgb,var(--panel) 60%,transparent)}
        .policy thead th{white-space:normal;min-width:8.5rem}.policy thead th.l{min-width:15rem}
        .notes thead th:nth-child(3){min-width:10.5rem}
        .timeline td:nth-child(2){padding-top:.3rem;padding-bottom:.2rem}
        .chip{display:inline-block;white-space:nowrap;padding:.05rem .5rem;border-radius:1rem;border:1px solid var(--line);font-size:.9em}
        .chip.bad{background:var(--badbg);color:var(--badtext);border-color:var(--bad);font-weight:600}
        .chip.warn{background:var(--warnbg);color:var(--warntext);border-color:var(--warntext)}
        .chip.good{background:var(--goodbg);color:var(--goodtext);border-color:var(--ok)}
        .verdicts{list-style:none;padding:0;margin:.6rem 0}.verdicts li{margin:.25rem 0}
        .figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(11rem,1fr));gap:.5rem 1.5rem;margin:.5rem 0}
        .figures div{display:flex;flex-direction:column-reverse;justify-content:flex-end}.figures dd{margin:0;font-size:1.4rem;font-weight:600}
        .figures dt{color:var(--minor);font-size:.9rem}
        .facts{margin:.5rem 0}.facts div{display:grid;grid-template-columns:14rem 1fr;gap:0 1rem;padding:.3rem 0;border-top:1px solid var(--line)}
        .facts dt{color:var(--minor)}.facts dd{margin:0;overflow-wrap:anywhere}
        svg{display:block;max-width:none}
        .ok{fill:var(--ok)}.bad{fill:none}
        path.bad{stroke:var(--bad);stroke-width:2}path.bad.fill{fill:var(--bad);stroke:none}
        path.open{fill:none;stroke:var(--fg);stroke-width:1.5}path.missed{fill:var(--bg);stroke:var(--fg);stroke-width:1;vector-effect:non-scaling-stroke}
        path.axis{stroke:var(--line)}path.limit{stroke:var(--fg);stroke-width:1.5}
        .share{width:12rem;height:.9rem}.age{margin:.25rem 0 .2rem}
        .bars{margin:1rem 0 .5rem}.bars figcaption{font-size:.9rem;color:var(--minor)}.bars figcaption b{color:var(--fg)}
        .bars svg{width:100%;height:4.5rem;border-bottom:1px solid var(--minor);background:var(--panel)}
        .ends{display:flex;justify-content:space-between;font-size:.8rem;color:var(--minor);font-variant-numeric:tabular-nums}
        .legend{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.25rem;padding:0;margin:.8rem 0 0;font-size:.9rem}
        .legend svg{display:inline-block;vertical-align:-.1em}
        details{margin:.6rem 0}summary{cursor:pointer;color:var(--link);padding:.2rem 0;width:fit-content}
        .evidence{margin-top:.8rem;font-size:.9rem}
        .figure{margin:.6rem 0 .2rem}
        pre{margin:.2rem 0 .6rem;padding:.6rem .75rem;background:var(--panel);border:1px solid var(--line);border-radius:.4rem;\
        white-space:pre-wrap;overflow-wrap:anywhere;font:.82rem/1.45 ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
        code{font:inherit}
        .nothing{padding:.6rem .9rem;background:var(--panel);border-radius:.4rem}
        .method li{margin:.3rem 0}
        footer{margin-top:2.5rem;border-top:1px solid var(--line);font-size:.9rem}
        @media(max-width:40rem){body{padding:0 .9rem 2rem}h1{font-size:1.45rem}.tiles{grid-template-columns:1fr 1fr;gap:.5rem}\
        .tile{padding:.55rem .7rem}.tile b{font-size:1.25rem}.facts div{grid-template-columns:1fr}\
        th,td{padding:.4rem .55rem}.scroll tbody th{position:sticky;left:0;background:var(--bg);max-width:34vw;\
        box-shadow:1px 0 0 var(--line)}nav ol{gap:.2rem 1rem}nav a{padding:.3rem 0}thead th.s{min-width:6.6rem}tbody tr:nth-child(even){background:none}}
        @media(prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
        @media print{:root{color-scheme:light;--bg:#fff;--fg:#000;--minor:#444;--line:#bbb;--panel:#f4f4f4;--link:#000;--ok:#0072b2;--bad:#c74b00;\
        --badtext:#8a3300;--badbg:#fff;--warntext:#553e00;--warnbg:#fff;--goodtext:#00405f;--goodbg:#fff}\
        @page{size:A4 landscape;margin:12mm}html{font-size:9pt}body{max-width:none;padding:0}nav,.skip{display:none}\
        .scroll{overflow:visible;border:0}table{font-size:7.5pt}caption{padding-left:.35rem}main>section{margin-top:1.25rem;padding-top:.75rem}th,td{padding:.15rem .35rem}thead th[class]{min-width:0!important;white-space:normal}\
        .strip{width:100%;height:auto}pre{font-size:7pt}thead{display:table-header-group}tr,figure,pre{break-inside:avoid}h2{break-after:avoid}\
        *{print-color-adjust:exact;-webkit-print-color-adjust:exact}summary{list-style:none;color:inherit;font-weight:600}\
        details::details-content{content-visibility:visible;block-size:auto}.tiles{grid-template-columns:repeat(8,1fr)}.tile b{font-size:1.1rem}}
        """
}
