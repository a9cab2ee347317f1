extension StatusPage {
    /// What the page needs beside the style sheet of the report.
    static let styleSheet: StaticString = """
        .unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
        #live{display:inline-block;margin-top:.5rem}#live::before{content:"○ ";content:"○ "/""}
        #live.on::before{content:"● ";content:"● "/"";color:var(--ok)}#live.off{color:var(--badtext);font-weight:600}
        #live.off::before{content:"✕ ";content:"✕ "/""}
        main>#health{border-top:0;padding:.9rem 1.1rem;margin-top:1rem;border-left:.4rem solid var(--ok);background:var(--goodbg);border-radius:.4rem}
        #health h2{font-size:1.25rem;margin:0}#health p{margin:.25rem 0 0}
        #health.bad{border:2px solid var(--bad);border-left-width:.6rem;background:var(--badbg)}#health.bad h2{color:var(--badtext)}
        #health.fair{border-color:var(--minor);background:var(--panel)}
        main>#states,main>#problems{border-top:0;padding-top:0;margin-top:1.5rem}
        main>#problems[hidden]{display:none}
        #states .tiles{grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr))}
        .tile .icon{display:inline-block;width:1.3em;font-weight:400}
        .tile.none b{color:var(--minor)}.tile.attention b::before{content:none}
        .cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:1.75rem 2rem}
        .ago{color:var(--minor);white-space:nowrap}.ago:not(:empty)::before{content:"· "}h2.second{margin-top:1.75rem}
        .list{list-style:none;margin:.4rem 0;padding:0}
        .list li{display:flex;flex-wrap:wrap;gap:.1rem .8rem;align-items:baseline;padding:.45rem 0;border-top:1px solid var(--line)}
        .list li:first-child{border-top:0}.list .name{flex:1 1 10rem;min-width:0;font-weight:600;overflow-wrap:anywhere}
        .list .when{flex:0 1 auto;font-size:.92em}.stacked .when{flex-basis:100%}
        .problems{list-style:none;margin:0;padding:0;display:grid;gap:.75rem}
        .problems li{border:1px solid var(--bad);border-left-width:.35rem;border-radius:.4rem;padding:.6rem .9rem;overflow-wrap:anywhere}
        .problems h3{margin:0;font-size:1rem}.problems p{margin:.2rem 0 0}
        .days{list-style:none;display:grid;grid-template-columns:repeat(14,1fr);gap:.25rem;margin:.8rem 0 0;padding:0;max-width:52rem;text-align:center}
        .days li{display:flex;flex-direction:column;min-width:0;font-size:.8rem;font-variant-numeric:tabular-nums}
        .days .sum{min-height:1.4em;white-space:nowrap}.days .day{color:var(--minor);border-top:1px solid var(--minor);padding-top:.15rem}
        .days .today{color:var(--fg);font-weight:700}
        .days svg{width:100%;height:5.5rem}
        .days path.failed{fill:var(--badbg);stroke:var(--bad);stroke-width:2;vector-effect:non-scaling-stroke}
        .key{display:inline-block;width:.9em;height:.9em;vertical-align:-.1em;margin-right:.35em;background:var(--ok)}
        .key.failed{margin-left:1em;background:var(--badbg);border:2px solid var(--bad)}
        @media(max-width:40rem){.days{gap:.1rem}.days .sum{font-size:.68rem}.list .name{flex-basis:100%}}
        @media(forced-colors:active){.key,.days svg{forced-color-adjust:none}}
        """
}
