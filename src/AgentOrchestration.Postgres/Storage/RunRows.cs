using System.Data.Common;
using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Postgres.Storage;

/// <summary>Reads entries of runs.</summary>
/// <param name="clock">The clock of leases.</param>
/// <param name="faults">Describes damage.</param>
internal sealed class RunRows(StoreClock clock, PostgresFaults faults)
{
    private const int LeasedColumn = 15;

    /// <summary>Reads a row of <see cref="Statements.Columns"/> and whether the run is leased.</summary>
    /// <exception cref="RunStoreException">The run is damaged.</exception>
    public StoredRun Read(DbDataReader reader)
    {
        string runId = IdOf(reader);
        if (reader.IsDBNull(3))
        {
            throw faults.Damaged($"the state of the run '{runId}' is missing.");
        }

        try
        {
            string? owner = reader.IsDBNull(7) ? null : StoredText.Read(reader.GetString(7));
            return new StoredRun(
                runId,
                new DateTimeOffset(reader.GetInt64(2), TimeSpan.Zero),
                new DateTimeOffset(reader.GetInt64(3), TimeSpan.Zero),
                reader.GetInt64(4),
                reader.IsDBNull(5) ? null : OutcomeOf(reader.GetString(5)),
                owner is null ? null : new RunLease(runId, owner, reader.GetInt64(6), clock.TimeOfDayOf(reader.GetInt64(8))))
            {
                Progress = new RunProgress(reader.GetInt32(9), reader.GetInt32(10)),
                Name = reader.IsDBNull(11) ? null : StoredText.Read(reader.GetString(11)),
                Goal = StoredText.Read(reader.GetString(12)),
                Tags = TagsOf(reader.GetFieldValue<string[]>(13)),
                TaskTypes = Array.ConvertAll(reader.GetFieldValue<string[]>(14), StoredText.Read),
                IsLeased = reader.GetBoolean(LeasedColumn),
            };
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or InvalidCastException or IndexOutOfRangeException)
        {
            throw faults.Damaged($"the entry of the run '{runId}' is not what was written.", exception);
        }
    }

    /// <summary>Reads the place of a row, behind which the next page begins.</summary>
    public static (long Created, string StoredId) PlaceOf(DbDataReader reader) => (reader.GetInt64(2), reader.GetString(1));

    private string IdOf(DbDataReader reader)
    {
        string stored = reader.GetString(1);
        try
        {
            return StoredText.Read(stored);
        }
        catch (FormatException exception)
        {
            throw faults.Damaged($"the id of a run, '{stored}', is not what was written.", exception);
        }
    }

    private static RunOutcome OutcomeOf(string text) => Enum.TryParse(text, out RunOutcome outcome) && outcome.ToString() == text
        ? outcome
        : throw new FormatException($"'{text}' is no outcome of a run.");

    private static SortedDictionary<string, string> TagsOf(string[] stored)
    {
        var tags = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (int i = 0; i < stored.Length; i += 2)
        {
            tags.Add(StoredText.Read(stored[i]), StoredText.Read(stored[i + 1]));
        }

        return tags;
    }
}
