using AgentOrchestration.Runs.Storage;
using Npgsql;

namespace AgentOrchestration.Postgres.Storage;

/// <summary>The statement that lists a page of the runs of a query: only the conditions that are asked for are in it, so that an index serves them.</summary>
internal static class RunListing
{
    /// <summary>Writes the statement into a command.</summary>
    /// <param name="command">The command, which is empty.</param>
    /// <param name="statements">The statements of the schema.</param>
    /// <param name="query">Which runs.</param>
    /// <param name="now">The present; <see langword="null"/> for the server's.</param>
    /// <param name="last">The place of the last run of the page before.</param>
    /// <param name="length">The length of the page.</param>
    public static void Write(NpgsqlCommand command, Statements statements, RunQuery query, long? now, (long Created, string StoredId)? last, int length)
    {
        string nowName = Add(now);
        List<string> conditions = [];
        string place = "r.created, r.run_id";
        string tables = statements.Runs;
        foreach ((string tag, string value) in query.Tags)
        {
            (string tagName, string valueName) = (Add(StoredText.Write(tag)), Add(StoredText.Write(value)));
            if (tables == statements.TaggedRuns)
            {
                conditions.Add(statements.HasTag(tagName, valueName));
            }
            else
            {
                (tables, place) = (statements.TaggedRuns, "t.created, t.run_id");
                conditions.Add($"t.tag = {tagName} AND t.value = {valueName}");
            }
        }

        if (query.Name is { } name)
        {
            conditions.Add($"r.name = {Add(StoredText.Write(name))}");
        }

        if (query.IsEnded is { } isEnded)
        {
            conditions.Add(isEnded ? "s.outcome IS NOT NULL" : "s.outcome IS NULL");
        }

        if (query.Outcome is { } outcome)
        {
            conditions.Add($"s.outcome = {Add(outcome.ToString())}");
        }

        if (query.IsLeased is { } isLeased)
        {
            conditions.Add((isLeased ? "" : "NOT ") + Statements.IsLeased(nowName));
        }

        if (query.CreatedFrom is { } from)
        {
            conditions.Add($"r.created >= {Add(from.UtcTicks)}");
        }

        if (query.CreatedBefore is { } before)
        {
            conditions.Add($"r.created < {Add(before.UtcTicks)}");
        }

        if (query.UpdatedBefore is { } updated)
        {
            string ticks = Add(updated.UtcTicks);

            // A run has ended before its last append or with it, and when it has ended is in an index.
            conditions.Add(query.IsEnded == true || query.Outcome is not null ? $"s.updated < {ticks} AND s.ended_at < {ticks}" : $"s.updated < {ticks}");
        }

        if (last is { } after)
        {
            conditions.Add($"({place}) {(query.NewestFirst ? "<" : ">")} ({Add(after.Created)}, {Add(after.StoredId)})");
        }

        string where = conditions.Count == 0 ? "" : " WHERE " + string.Join(" AND ", conditions);
        string order = query.NewestFirst ? place.Replace(",", " DESC,", StringComparison.Ordinal) + " DESC" : place;
#pragma warning disable CA2100 // The text has no value of a caller: these are parameters.
        command.CommandText = $"SELECT {Statements.Columns}, {Statements.IsLeased(nowName)} FROM {tables}{where} ORDER BY {order} LIMIT {Add(length)}";
#pragma warning restore CA2100

        string Add<T>(T value)
        {
            command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
            return $"${command.Parameters.Count}";
        }
    }
}
