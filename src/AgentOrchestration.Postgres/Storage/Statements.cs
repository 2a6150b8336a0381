namespace AgentOrchestration.Postgres.Storage;

/// <summary>
/// The statements for the tables of one schema. Each is one round trip and a transaction of its own, and none needs anything of a session, so that they work
/// behind a pooler that gives each transaction another one.
/// </summary>
/// <param name="schema">The name of the schema, which is checked.</param>
internal sealed class Statements(string schema)
{
    private const string ServerTime = "(extract(epoch FROM clock_timestamp()) * 10000000)::bigint + 621355968000000000";

    /// <summary>What <see cref="RunRows.Read"/> reads, from <see cref="Runs"/>.</summary>
    public const string Columns =
        "r.key, r.run_id, r.created, s.updated, s.sequence, s.outcome, s.token, s.owner, s.expires, s.ended, s.subtasks, r.name, r.goal, r.tags, r.task_types";

    /// <summary>Gets the tables of <see cref="Columns"/>.</summary>
    public string Runs => $"""
        "{schema}".runs r JOIN "{schema}".state s ON s.run = r.key
        """;

    /// <summary>Gets the present: the given one, or the server's.</summary>
    public static string Time(string given) => $"coalesce({given}::bigint, {ServerTime})";

    /// <summary>Gets whether a lease is held; the parameter is the present.</summary>
    public static string IsLeased(string now) => $"(s.owner IS NOT NULL AND s.expires > {Time(now)})";

    /// <summary>Gets a run: its id, and the present. A run without a state is damaged.</summary>
    public string Find { get; } = $"""
        SELECT {Columns}, {IsLeased("$2")} FROM "{schema}".runs r LEFT JOIN "{schema}".state s ON s.run = r.key WHERE r.run_id = $1
        """;

    /// <summary>
    /// Makes a run: id, created, name, goal, tags (keys), tags (values), tags (both in turn), task types, header, owner (null for nobody), duration, subtasks, the
    /// present, the id of the request. Returns the end of the lease, and nothing when there is a run of that id.
    /// </summary>
    public string Create { get; } = $"""
        WITH r AS (
            INSERT INTO "{schema}".runs (run_id, created, name, goal, tags, task_types, header, made) VALUES ($1, $2, $3, $4, $7, $8, $9, $14)
            ON CONFLICT (run_id) DO NOTHING RETURNING key),
        t AS (
            INSERT INTO "{schema}".tags (tag, value, created, run_id, run) SELECT x.tag, x.value, $2, $1, r.key FROM r, unnest($5::text[], $6::text[]) AS x(tag, value))
        INSERT INTO "{schema}".state (run, token, owner, expires, sequence, updated, ended, subtasks)
        SELECT key, CASE WHEN $10::text IS NULL THEN 0 ELSE 1 END, $10, CASE WHEN $10::text IS NULL THEN 0 ELSE {Time("$13")} + $11::bigint END, 0, $2, 0, $12 FROM r
        RETURNING expires
        """;

    /// <summary>Gets the statement that appends.</summary>
    public AppendSql Append { get; } = new(schema);

    /// <summary>Gets why appends were refused: run ids and tokens. Returns the number from 1 of each whose lease is the latest.</summary>
    public string Latest { get; } = $"""
        SELECT a.n FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS a(run_id, token, n)
        JOIN "{schema}".runs r ON r.run_id = a.run_id JOIN "{schema}".state s ON s.run = r.key
        WHERE s.token = a.token AND s.owner IS NOT NULL
        """;

    /// <summary>
    /// Renews leases, and releases those with no duration: run ids, tokens, durations, the present. Returns the number of each from 1, its owner and its end; nothing
    /// for a lease that is not the latest.
    /// </summary>
    public string ChangeLeases { get; } = $"""
        UPDATE "{schema}".state s
        SET owner = CASE WHEN a.duration IS NULL THEN NULL ELSE s.owner END, expires = coalesce({Time("$4")} + a.duration, 0)
        FROM unnest($1::text[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS a(run_id, token, duration, n)
        JOIN "{schema}".runs r ON r.run_id = a.run_id
        WHERE s.run = r.key AND s.token = a.token AND s.owner IS NOT NULL
        RETURNING a.n, s.owner, s.expires
        """;

    /// <summary>Finds a run that a request has made and whose lease is still as it made it: run id, the id of the request. Returns the end of the lease.</summary>
    public string FindMade { get; } = $"""
        SELECT s.expires FROM "{schema}".runs r JOIN "{schema}".state s ON s.run = r.key WHERE r.run_id = $1 AND r.made = $2 AND s.taken IS NULL
        """;

    /// <summary>Takes a free lease: run id, owner, duration, the present, the id of the request. Returns its token and its end.</summary>
    public string Acquire { get; } = $"""
        UPDATE "{schema}".state s SET token = s.token + 1, owner = $2, expires = {Time("$4")} + $3::bigint, taken = $5
        FROM "{schema}".runs r WHERE r.run_id = $1 AND s.run = r.key AND NOT {IsLeased("$4")}
        RETURNING s.token, s.expires
        """;

    /// <summary>
    /// Takes leases of free runs that have not ended, those first that were made first; several claimers never wait for each other. Parameters: owner, duration,
    /// how many, task types (null for any), ids to leave out, the present, the id of the request. Returns ids, tokens and ends.
    /// </summary>
    public string Claim { get; } = $"""
        WITH c AS (
            SELECT s.run FROM "{schema}".state s JOIN "{schema}".runs r ON r.key = s.run
            WHERE s.outcome IS NULL AND NOT {IsLeased("$6")} AND ($4::text[] IS NULL OR r.task_types <@ $4::text[]) AND r.run_id <> ALL ($5::text[])
            ORDER BY s.run LIMIT $3 FOR UPDATE OF s SKIP LOCKED),
        u AS (
            UPDATE "{schema}".state s SET token = s.token + 1, owner = $1, expires = {Time("$6")} + $2::bigint, taken = $7
            FROM c WHERE s.run = c.run RETURNING s.run, s.token, s.expires)
        SELECT r.run_id, u.token, u.expires FROM u JOIN "{schema}".runs r ON r.key = u.run ORDER BY u.run
        """;

    /// <summary>Sends a command: run id, its id, when, content. Returns the number of runs of that id. The run is kept from being deleted meanwhile.</summary>
    public string Send { get; } = $"""
        WITH r AS (
            SELECT key FROM "{schema}".runs WHERE run_id = $1 FOR KEY SHARE),
        i AS (
            INSERT INTO "{schema}".commands (run, id, sent, content) SELECT key, $2, $3, $4 FROM r ON CONFLICT DO NOTHING)
        SELECT count(*) FROM r
        """;

    /// <summary>Reads commands that are not answered: run ids, how many. Returns their runs, ids, times and contents.</summary>
    public string ReadCommands { get; } = $"""
        SELECT r.run_id, c.id, c.sent, c.content FROM "{schema}".commands c JOIN "{schema}".runs r ON r.key = c.run
        WHERE c.answer IS NULL AND r.run_id = ANY ($1::text[]) ORDER BY c.place LIMIT $2
        """;

    /// <summary>Reads the answer to a command: run id, its id.</summary>
    public string FindAnswer { get; } = $"""
        SELECT c.answer FROM "{schema}".commands c JOIN "{schema}".runs r ON r.key = c.run WHERE r.run_id = $1 AND c.id = $2
        """;

    /// <summary>Finds the leases that a request has taken and that are still its: the id of the request. Returns ids, tokens and ends.</summary>
    public string FindTaken { get; } = $"""
        SELECT r.run_id, s.token, s.expires FROM "{schema}".state s JOIN "{schema}".runs r ON r.key = s.run
        WHERE s.outcome IS NULL AND s.taken = $1 AND s.owner IS NOT NULL ORDER BY s.run
        """;

    /// <summary>Finds the lease of a run that a request has taken and that is still its: run id, the id of the request. Returns its token and its end.</summary>
    public string FindTakenOf { get; } = $"""
        SELECT s.token, s.expires FROM "{schema}".state s JOIN "{schema}".runs r ON r.key = s.run WHERE r.run_id = $1 AND s.taken = $2 AND s.owner IS NOT NULL
        """;

    /// <summary>Deletes a run that nobody holds, with all that belongs to it: run id, the present. Returns the number of runs.</summary>
    public string Delete { get; } = $"""
        WITH s AS (
            DELETE FROM "{schema}".state s USING "{schema}".runs r WHERE r.run_id = $1 AND s.run = r.key AND NOT {IsLeased("$2")} RETURNING s.run),
        {DeleteRest(schema)}
        """;

    /// <summary>Deletes what is left of a run whose state is missing: run id. Returns the number of runs.</summary>
    public string DeleteDamaged { get; } = $"""
        WITH s AS (
            SELECT r.key AS run FROM "{schema}".runs r WHERE r.run_id = $1 AND NOT EXISTS (SELECT FROM "{schema}".state s WHERE s.run = r.key)),
        {DeleteRest(schema)}
        """;

    /// <summary>
    /// Begins to read a journal: run id and the first event. Returns the key of the run, the number of its events, and the sequence of the append that holds the
    /// first one.
    /// </summary>
    public string BeginJournal { get; } = $"""
        SELECT r.key, s.sequence, (SELECT max(j.sequence) FROM "{schema}".journal j WHERE j.run = r.key AND j.sequence <= $2)
        FROM "{schema}".runs r LEFT JOIN "{schema}".state s ON s.run = r.key WHERE r.run_id = $1
        """;

    /// <summary>Reads appends of a journal: key of the run, first and last sequence, how many, and how many bytes at most behind the first.</summary>
    public string ReadJournal { get; } = $"""
        SELECT sequence, count, lines FROM (
            SELECT sequence, count, lines, sum(octet_length(lines)) OVER (ORDER BY sequence) - octet_length(lines) AS before FROM (
                SELECT sequence, count, lines FROM "{schema}".journal WHERE run = $1 AND sequence BETWEEN $2 AND $3 ORDER BY sequence LIMIT $4) AS page) AS bounded
        WHERE before < $5 ORDER BY sequence
        """;

    /// <summary>Gets whether there is a run of a key.</summary>
    public string Exists { get; } = $"""
        SELECT 1 FROM "{schema}".runs WHERE key = $1
        """;

    /// <summary>Reads a header: run id.</summary>
    public string ReadHeader { get; } = $"""
        SELECT header FROM "{schema}".runs WHERE run_id = $1
        """;

    /// <summary>Reads a blob: run id and name.</summary>
    public string ReadBlob { get; } = $"""
        SELECT b.content FROM "{schema}".runs r JOIN "{schema}".blobs b ON b.run = r.key WHERE r.run_id = $1 AND b.name = $2
        """;

    /// <summary>Gets the tables of tags and runs for the list of a tag.</summary>
    public string TaggedRuns => $"""
        "{schema}".tags t JOIN "{schema}".runs r ON r.key = t.run JOIN "{schema}".state s ON s.run = r.key
        """;

    /// <summary>Gets the condition that a run has a tag, by the numbers of its parameters.</summary>
    public string HasTag(string tag, string value) => $"""
        EXISTS (SELECT FROM "{schema}".tags x WHERE x.tag = {tag} AND x.value = {value} AND x.created = r.created AND x.run_id = r.run_id)
        """;

    private static string DeleteRest(string schema) => $"""
        j AS (DELETE FROM "{schema}".journal j USING s WHERE j.run = s.run),
        b AS (DELETE FROM "{schema}".blobs b USING s WHERE b.run = s.run),
        c AS (DELETE FROM "{schema}".commands c USING s WHERE c.run = s.run),
        t AS (DELETE FROM "{schema}".tags t USING s WHERE t.run = s.run),
        r AS (DELETE FROM "{schema}".runs r USING s WHERE r.key = s.run RETURNING 1)
        SELECT count(*) FROM r
        """;
}
