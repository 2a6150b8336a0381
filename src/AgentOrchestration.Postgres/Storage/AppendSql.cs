namespace AgentOrchestration.Postgres.Storage;

/// <summary>
/// The statement that appends to many journals, each alone: what is refused is missing in the answer, and nothing of it is left. The condition is checked again
/// under the lock of the row, so that it holds also against an append whose commit is still on its way. Only the parts that a group has are in it: the server
/// plans it anew each time.
/// </summary>
/// <param name="schema">The name of the schema, which is checked.</param>
internal sealed class AppendSql(string schema)
{
    private const int FirstPart = 10;

    private readonly string[] _texts = [.. Enumerable.Range(0, (int)AppendParts.All + 1).Select(parts => Write(schema, (AppendParts)parts))];

    /// <summary>
    /// Gets the statement. Parameters: run ids, tokens, sequences, numbers of events, events, outcomes, ended subtasks, subtasks, the time of day; then for each part,
    /// with the number of its append from 1: names and contents of blobs; ids of commands and answers; task types. Returns the numbers of what was appended.
    /// </summary>
    public string Of(AppendParts parts) => _texts[(int)parts];

    private static string Write(string schema, AppendParts parts)
    {
        int next = FirstPart;
        string time = Statements.Time("$9");
        string sql = $"""
            WITH a AS (
                SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::int[], $5::bytea[], $6::text[], $7::int[], $8::int[])
                WITH ORDINALITY AS a(run_id, token, at, count, lines, outcome, ended, subtasks, n)),
            u AS (
                UPDATE "{schema}".state s
                SET sequence = s.sequence + a.count, updated = {time}, ended = coalesce(a.ended, s.ended), subtasks = coalesce(a.subtasks, s.subtasks),
                    outcome = coalesce(a.outcome, s.outcome),
                    ended_at = CASE WHEN coalesce(a.outcome, s.outcome) IS NOT NULL THEN least(s.ended_at, {time}) END
                FROM a JOIN "{schema}".runs r ON r.run_id = a.run_id
                WHERE s.run = r.key AND s.token = a.token AND s.owner IS NOT NULL AND s.sequence = a.at
                RETURNING s.run, a.n, a.at, a.count, a.lines),
            j AS (
                INSERT INTO "{schema}".journal (run, sequence, count, lines) SELECT u.run, u.at, u.count, u.lines FROM u WHERE u.count > 0)
            """;
        if (parts.HasFlag(AppendParts.Blobs))
        {
            sql += $"""
                ,
                b AS (
                    INSERT INTO "{schema}".blobs (run, name, content)
                    SELECT u.run, x.name, x.content FROM unnest({Next("bigint")}, {Next("text")}, {Next("bytea")}) AS x(n, name, content) JOIN u ON u.n = x.n
                    ON CONFLICT DO NOTHING)
                """;
        }

        if (parts.HasFlag(AppendParts.Answers))
        {
            sql += $"""
                ,
                c AS (
                    UPDATE "{schema}".commands c SET answer = x.answer
                    FROM unnest({Next("bigint")}, {Next("uuid")}, {Next("bytea")}) AS x(n, id, answer) JOIN u ON u.n = x.n
                    WHERE c.run = u.run AND c.id = x.id AND c.answer IS NULL)
                """;
        }

        if (parts.HasFlag(AppendParts.TaskTypes))
        {
            sql += $"""
                ,
                t AS (
                    UPDATE "{schema}".runs r SET task_types = array(SELECT DISTINCT unnest(r.task_types || x.task_types))
                    FROM (SELECT n, array_agg(name) AS task_types FROM unnest({Next("bigint")}, {Next("text")}) AS y(n, name) GROUP BY n) AS x JOIN u ON u.n = x.n
                    WHERE r.key = u.run AND NOT x.task_types <@ r.task_types)
                """;
        }

        return sql + " SELECT n FROM u";

        string Next(string type) => $"${next++}::{type}[]";
    }
}
