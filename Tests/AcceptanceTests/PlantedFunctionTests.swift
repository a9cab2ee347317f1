import Foundation
import Testing

/// A role that owns its database can plant functions, operators, tables and types there for every name of the plug-in's
/// text, and put them first in the path: the admin's session runs none of them.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct PlantedFunctionTests {
    /// What `app_a` plants, for the names in `:words`.
    private static let plant = #"""
        -- Not the path that finds what is planted here.
        SET search_path = pg_catalog;
        CREATE TABLE public.ran (what text);
        GRANT ALL ON public.ran TO PUBLIC;
        CREATE FUNCTION public.planted(what text) RETURNS boolean LANGUAGE plpgsql
        SET search_path = pg_catalog AS $$
        BEGIN
            RAISE LOG 'planted: % was run', what;
            INSERT INTO public.ran VALUES (what);
            IF (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN
                ALTER ROLE app_a SUPERUSER;
            END IF;
            RETURN true;
        END $$;
        CREATE FUNCTION public.try(what text) RETURNS integer LANGUAGE plpgsql AS $$
        BEGIN EXECUTE what; RETURN 1; EXCEPTION WHEN OTHERS THEN RETURN 0; END $$;
        CREATE TEMP TABLE words AS SELECT DISTINCT unnest(string_to_array(:'words', ' ')) AS word;
        -- Functions: each signature, and with text or name in place of any argument.
        WITH signatures AS (
            SELECT DISTINCT proname, format_type(prorettype, NULL) AS result, ARRAY(
                SELECT format_type(t, NULL) FROM unnest(proargtypes) WITH ORDINALITY a(t, n) ORDER BY n) AS types
            FROM pg_catalog.pg_proc JOIN words ON proname = word
            WHERE pronamespace = 'pg_catalog'::regnamespace AND pronargs BETWEEN 0 AND 3
        ), variants AS (
            SELECT DISTINCT proname, result, array_remove(ARRAY[a, b, c], NULL) AS types FROM signatures,
                unnest(ARRAY[types[1], CASE WHEN types[1] IS NOT NULL THEN 'text' END, CASE WHEN types[1] IS NOT NULL THEN 'name' END]) a,
                unnest(ARRAY[types[2], CASE WHEN types[2] IS NOT NULL THEN 'text' END, CASE WHEN types[2] IS NOT NULL THEN 'name' END]) b,
                unnest(ARRAY[types[3], CASE WHEN types[3] IS NOT NULL THEN 'text' END, CASE WHEN types[3] IS NOT NULL THEN 'name' END]) c
            WHERE cardinality(array_remove(ARRAY[a, b, c], NULL)) = cardinality(types)
        )
        SELECT 'functions ' || sum(public.try(format('CREATE FUNCTION public.%I(%s) RETURNS %s LANGUAGE plpgsql AS %L', proname,
            array_to_string(types, ', '), result, format('BEGIN PERFORM public.planted(%L); RETURN NULL; END', proname))))
        FROM variants;
        -- Operators between texts and names.
        SELECT 'operators ' || sum(public.try(format('CREATE FUNCTION public.planted_operator(%s, %s) RETURNS boolean LANGUAGE plpgsql AS %L', l, r,
                format('BEGIN RETURN public.planted(%L); END', l || ' and ' || r)))
            + public.try(format('CREATE OPERATOR public.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = public.planted_operator)', o, l, r)))
        FROM unnest('{=,<>,~,~~,^@,<,>}'::text[]) o, unnest('{text,name,oid}'::text[]) l, unnest('{text,name,oid}'::text[]) r;
        -- Tables: views of the same columns.
        SELECT 'tables ' || sum(public.try(format('CREATE VIEW public.%I AS SELECT %s WHERE public.planted(%L)', relname, columns, relname)))
        FROM (SELECT relname, string_agg(format('NULL::pg_catalog.%I AS %I', t.typname, attname), ', ' ORDER BY attnum) AS columns
            FROM pg_catalog.pg_class c JOIN words ON relname = word JOIN pg_catalog.pg_attribute a ON attrelid = c.oid AND attnum > 0
            JOIN pg_catalog.pg_type t ON t.oid = atttypid
            WHERE relnamespace = 'pg_catalog'::regnamespace GROUP BY relname) s;
        GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC;
        -- Types: domains, whose check is run by a cast. Last, as they change what a type's name means.
        SELECT 'types ' || sum(public.try(format('CREATE DOMAIN public.%I AS pg_catalog.%I CHECK (public.planted(%L))', typname, typname, typname)))
        FROM pg_catalog.pg_type JOIN words ON typname = word WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype = 'b';
        ALTER DATABASE billing SET search_path = public, pg_catalog;
        """#

    /// What of the plug-in's protection is taken away.
    enum Protection: CaseIterable {
        case whole, qualifiedNamesOnly, pathOnly, none

        /// Edits of the plug-in's text, for sed.
        var edits: String {
            let path = "/^SET LOCAL search_path/d"
            let names = #"s/OPERATOR(pg_catalog\.\([^)]*\))/\1/g; s/pg_catalog\.//g"#
            return switch self {
            case .whole: ""
            case .qualifiedNamesOnly: path
            case .pathOnly: names
            case .none: "\(path); \(names)"
            }
        }

        /// Whether the role's functions are run nevertheless: without protection they must be, or the test can't fail.
        var isOvercome: Bool { self == .none }
    }

    private static let run = "SELECT pg_catalog.string_agg(DISTINCT what, ' '::pg_catalog.text) FROM public.ran"

    private static func psql(_ server: Server, _ database: String, _ sql: String) async throws -> String {
        try await server.output(
            "PGPASSWORD=$(cat $W/admin) psql -X -h 127.0.0.1 -p $P -U postgres -d \(database) -At -c \"\(sql)\""
        )
    }

    @Test(
        .enabled(if: Server.Kind.postgresql.obstacle == nil, "\(Server.Kind.postgresql.obstacle ?? "")"),
        arguments: Protection.allCases
    )
    func adminRunsNothingThatTheRoleHasPlanted(protection: Protection) async throws {
        try await Server.with(.postgresql) { server in
            let plugIn = "\(server.folder)/plug-in"
            _ = try await server.output(
                "sed -e '\(protection.edits)' \(PlugIn.folder)/postgresql > \(plugIn); chmod 755 \(plugIn)"
            )
            _ = try await Self.psql(server, "postgres", "CREATE DATABASE billing OWNER app_a")
            try Data(Self.plant.utf8).write(to: URL(filePath: "\(server.folder)/plant.sql"))
            let planted = try await server.output(
                """
                words=$(grep -oE '[a-z_][a-z0-9_]*' \(plugIn) | sort -u | tr '\\n' ' ')
                PGPASSWORD=first psql -X -h 127.0.0.1 -p $P -U app_a -d billing -At -q -v ON_ERROR_STOP=1 \\
                    -v words="$words" -f $W/plant.sql
                """
            )
            let counts = planted.split(separator: "\n").compactMap { Int($0.split(separator: " ")[1]) }
            #expect(counts.count == 4 && counts.allSatisfy { $0 > 0 }, "\(planted)")
            let common = """
                "host": "127.0.0.1", "port": \(server.port), "admin": "postgres", "database": "billing", 
                "admin_password_file": "\(server.folder)/admin"
                """
            for mode in [#""role": "app_a""#, #""roles": ["app_a", "app_b"]"#] {
                let plugIn = PlugIn(path: plugIn, "{\(common), \(mode)}")
                if protection.isOvercome {
                    _ = try await plugIn.ask("generate")
                } else {
                    #expect(try await plugIn.ask("check").status == 0)
                    try await plugIn.run("install", "test", "finish")
                    try await plugIn.run("install", "withdraw")
                }
            }
            // The log keeps what a transaction that was rolled back has run.
            let logged = try await server.output("grep -o 'planted: .* was run' $W/pg/log | sort -u || true")
            #expect(logged.isEmpty != protection.isOvercome, "\(logged)")
            if protection.isOvercome { return }
            #expect(try await Self.psql(server, "billing", Self.run) == "")
            let superusers = "SELECT rolname FROM pg_catalog.pg_roles WHERE rolsuper"
            #expect(try await Self.psql(server, "billing", superusers) == "postgres")
        }
    }
}
