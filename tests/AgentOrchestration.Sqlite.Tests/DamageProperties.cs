using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Sqlite.Tests;

/// <summary>F5: a file that was cut off or in which bits have flipped is refused, or gives everything that was acknowledged.</summary>
public sealed class DamageProperties
{
    private const int Runs = 3;
    private const int Events = 40;

    [Fact]
    public async Task Nothing_acknowledged_is_lost_in_silence()
    {
        using var folder = new TemporaryFolder();
        Dictionary<string, byte[]> whole = await WriteAsync(folder);
        Assert.True(whole["runs.db-wal"].Length > 100_000, "The log is to hold most of it.");
        int refused = 0;
        int intact = 0;
        for (int seed = 0; seed < Simulations.Of(2_000); seed++)
        {
            var random = new Random(seed);
            using var damaged = new TemporaryFolder();
            string target = random.Next(3) == 0 ? "runs.db" : "runs.db-wal";
            foreach ((string name, byte[] content) in whole)
            {
                File.WriteAllBytes(damaged.Of(name), name == target ? Damage(content, random) : content);
            }

            try
            {
                using var store = new SqliteRunStore(damaged.Database, TimeProvider.System);
                for (int run = 0; run < Runs; run++)
                {
                    string[] events = await SqliteFileTests.ReadAsync(store, $"run-{run}");
                    Assert.True(events.SequenceEqual(SqliteFileTests.Events(Events)), $"Seed {seed}: of run {run} there are {events.Length} of {Events} events, and nothing was said.");
                }

                intact++;
            }
            catch (RunStoreException)
            {
                refused++;
            }
        }

        Assert.True(refused > 100 && intact > 0, $"{refused} refused, {intact} intact.");
    }

    /// <summary>A file as a killed process leaves it: most of it in the log, the mark beside it.</summary>
    private static async Task<Dictionary<string, byte[]>> WriteAsync(TemporaryFolder folder)
    {
        using var store = new SqliteRunStore(folder.Database, TimeProvider.System);
        for (int run = 0; run < Runs; run++)
        {
            await SqliteFileTests.FillAsync(store, $"run-{run}", Events);
        }

        return ((string[])["runs.db", "runs.db-wal", "runs.db-mark"]).ToDictionary(name => name, name => Read(folder.Of(name)));

        static byte[] Read(string path)
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var content = new MemoryStream();
            file.CopyTo(content);
            return content.ToArray();
        }
    }

    private static byte[] Damage(byte[] content, Random random)
    {
        byte[] damaged = [.. content];
        switch (random.Next(3))
        {
            case 0:
                return damaged[..random.Next(damaged.Length)];
            case 1:
                Array.Clear(damaged, random.Next(damaged.Length / 2), random.Next(1, damaged.Length / 2));
                return damaged;
            default:
                for (int i = random.Next(1, 4); i > 0; i--)
                {
                    damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
                }

                return damaged;
        }
    }
}
