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

    public const string Columns = "key, run_id, created, updated, sequence, origin, head, outcome, token, owner, granted, expires, seal";

    public static string SqlOf(RunQuery query, bool isContinued)
    {
        var sql = new StringBuilder("SELECT ").Append(Columns).Append(" FROM runs ").Append(IndexOf(query)).Append(" WHERE ($now IS NOT NULL)");
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
        _ = query.CreatedFrom is null ? sql : sql.Append(" AND created >= $from");
        _ = query.CreatedBefore is null ? sql : sql.Append(" AND created < $before");
        _ = query.UpdatedBefore is null ? sql : sql.Append(" AND updated < $updated");
        _ = isContinued ? sql.Append(" AND (created, run_id) > ($lastCreated, $lastRun)") : sql;
        return sql.Append(" ORDER BY created, run_id LIMIT $max").ToString();
    }

    /// <summary>Whether the rows come in their order from an index, so that a page costs a page.</summary>
    public static bool IsOrdered(RunQuery query) => !SearchesByUpdate(query);

    private static bool SearchesByUpdate(RunQuery query) => query is { UpdatedBefore: not null, IsEnded: true, Outcome: null, IsLeased: not true };

    private static string IndexOf(RunQuery query) =>
        SearchesByUpdate(query) ? "INDEXED BY runs_ended_by_update"
        : query.IsLeased == true ? "INDEXED BY runs_owned_by_age"
        : query.Outcome is not null || query.IsEnded == false ? "INDEXED BY runs_by_outcome"
        : query.IsEnded == true ? "INDEXED BY runs_ended_by_age"
        : "INDEXED BY runs_by_age";
}
