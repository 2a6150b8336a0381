using System.Globalization;
using System.Text;
using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Sqlite.Storage;

/// <summary>
/// The statement that lists the runs of a query, a page at a time: only the conditions that are asked for are in it, so that an index serves them.
/// </summary>
internal static class RunListing
{
    /// <summary>The same as <see cref="StoreMoment.IsWithin"/>.</summary>
    public const string IsLeased = "(owner IS NOT NULL AND granted <= $now AND expires > $now)";

    public const string Columns =
        "runs.key, runs.run_id, runs.created, updated, sequence, origin, head, outcome, token, owner, granted, expires, seal, ended, subtasks, name, goal, tags, task_types";

    /// <param name="query">Which runs.</param>
    /// <param name="isContinued">Whether the list begins after a place.</param>
    public static string SqlOf(RunQuery query, bool isContinued)
    {
        bool isTagged = query.Tags.Count > 0;
        string place = isTagged ? "tagged.created, tagged.run_id" : "runs.created, runs.run_id";
        var sql = new StringBuilder("SELECT ").Append(Columns).Append(" FROM ");
        _ = isTagged
            ? sql.Append("tags AS tagged CROSS JOIN runs ON runs.key = tagged.run WHERE ($now IS NOT NULL) AND tagged.tag = $tag0 AND tagged.value = $value0")
            : sql.Append("runs ").Append(IndexOf(query)).Append(" WHERE ($now IS NOT NULL)");
        for (int i = 1; i < query.Tags.Count; i++)
        {
            sql.Append(CultureInfo.InvariantCulture, $" AND EXISTS (SELECT 1 FROM tags WHERE tag = $tag{i} AND value = $value{i} AND created = runs.created AND run_id = runs.run_id)");
        }

        _ = query.Name is null ? sql : sql.Append(" AND name = $name");
        _ = query.IsEnded switch
        {
            true => sql.Append(" AND outcome IS NOT NULL"),
            false => sql.Append(" AND outcome IS NULL"),
            null => sql,
        };
        _ = query.Outcome is null ? sql : sql.Append(" AND outcome = $outcome");
        _ = query.IsLeased switch
        {
            true => sql.Append(" AND ").Append(IsLeased),
            false => sql.Append(" AND NOT ").Append(IsLeased),
            null => sql,
        };
        _ = query.CreatedFrom is null ? sql : sql.Append(" AND runs.created >= $from");
        _ = query.CreatedBefore is null ? sql : sql.Append(" AND runs.created < $before");
        _ = query.UpdatedBefore is null ? sql : sql.Append(" AND updated < $updated");
        _ = isContinued ? sql.Append(" AND (").Append(place).Append(query.NewestFirst ? ") < " : ") > ").Append("($lastCreated, $lastRun)") : sql;
        return sql.Append(" ORDER BY ").Append(query.NewestFirst ? place.Replace(",", " DESC,", StringComparison.Ordinal) + " DESC" : place).Append(" LIMIT $max").ToString();
    }

    /// <summary>Whether the rows come in their order from an index, so that a page costs a page.</summary>
    public static bool IsOrdered(RunQuery query) => !SearchesByUpdate(query);

    private static bool SearchesByUpdate(RunQuery query) => query is { UpdatedBefore: not null, IsEnded: true, Outcome: null, IsLeased: not true, Name: null, Tags.Count: 0 };

    private static string IndexOf(RunQuery query) =>
        query.Name is not null ? "INDEXED BY runs_by_name"
        : SearchesByUpdate(query) ? "INDEXED BY runs_ended_by_update"
        : query.IsLeased == true ? "INDEXED BY runs_owned_by_age"
        : query.Outcome is not null || query.IsEnded == false ? "INDEXED BY runs_by_outcome"
        : query.IsEnded == true ? "INDEXED BY runs_ended_by_age"
        : "INDEXED BY runs_by_age";
}
