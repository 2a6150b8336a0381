using AgentOrchestration.Postgres.Tests.Server;
using AgentOrchestration.Runs.Storage;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace AgentOrchestration.Postgres.Tests;

/// <summary>Whatever is asked, the database lists the runs that the memory lists, in the same order, page by page, while runs come, end and go.</summary>
public sealed class ListingProperties(SharedPostgres shared)
{
    private static readonly string[] Names = ["nightly", "hourly", "", "é", "\uFFFD", "\U0001F600"];

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public Task The_database_and_the_memory_answer_every_query_alike() =>
        Gen.Int[0, int.MaxValue].SampleAsync(CompareAsync, iter: Simulations.Of(3), threads: 1);

    private async Task CompareAsync(int seed)
    {
        var random = new Random(seed);
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.FromHours(2)));
        await using PostgresRunStore database = await shared.OpenAsync(shared.NewSchema(), clock);
        IRunStore[] stores = [database, new MemoryRunStore(clock)];
        List<string> ids = [];
        List<RunPlace> places = [new(clock.GetUtcNow(), ""), new(clock.GetUtcNow().AddSeconds(2), "m")];
        for (int step = 0; step < 200; step++)
        {
            switch (random.Next(6))
            {
                case 0 or 1:
                    ids.Add($"{Names[random.Next(Names.Length)]}{(char)('a' + random.Next(26))}{step}");
                    await CreateAsync(ids[^1]);
                    break;
                case 2 when ids.Count > 0:
                    await ChangeAsync(ids[random.Next(ids.Count)], random.Next(5));
                    break;
                case 3:
                    clock.Advance(TimeSpan.FromSeconds(random.Next(0, 3)));
                    break;
                default:
                    await QueryAsync();
                    break;
            }
        }

        async Task CreateAsync(string runId)
        {
            var run = new NewRun(runId, clock.GetUtcNow(), "{}"u8.ToArray()) { Name = RandomName(), Goal = runId, Tags = RandomTags(3), Subtasks = random.Next(5) };
            foreach (IRunStore store in stores)
            {
                Assert.NotNull(await store.CreateAsync(run, "owner", TimeSpan.FromSeconds(5), TestEnd));
            }
        }

        async Task ChangeAsync(string runId, int change)
        {
            var outcome = (RunOutcome)random.Next(3);
            bool[] done = new bool[stores.Length];
            for (int i = 0; i < stores.Length; i++)
            {
                StoredRun? run = await stores[i].FindAsync(runId, TestEnd);
                if (run is null)
                {
                    continue;
                }

                if (change == 0)
                {
                    done[i] = await stores[i].DeleteAsync(runId, TestEnd);
                }
                else if (run.Lease is not { } lease)
                {
                    done[i] = await stores[i].AcquireLeaseAsync(runId, "another", TimeSpan.FromSeconds(5), TestEnd) is not null;
                }
                else if (change < 3)
                {
                    var append = new JournalAppend
                    {
                        Lease = lease,
                        Sequence = run.Sequence,
                        Events = ["{}"u8.ToArray()],
                        Outcome = change == 1 ? outcome : null,
                        Progress = new RunProgress(change, 7),
                    };
                    done[i] = await stores[i].AppendAsync(append, TestEnd) == AppendOutcome.Appended;
                }
                else
                {
                    await stores[i].ReleaseLeaseAsync(lease, TestEnd);
                }
            }

            Assert.Equal(done[0], done[1]);
        }

        async Task QueryAsync()
        {
            var query = new RunQuery
            {
                IsEnded = RandomBool(),
                Outcome = random.Next(4) == 0 ? (RunOutcome)random.Next(3) : null,
                IsLeased = RandomBool(),
                CreatedFrom = RandomTime(),
                CreatedBefore = RandomTime(),
                UpdatedBefore = RandomTime(),
                Name = random.Next(4) == 0 ? RandomName() : null,
                Tags = RandomTags(2),
                NewestFirst = random.Next(2) == 0,
                Max = random.Next(2) == 0 ? random.Next(1, 12) : null,
                After = random.Next(2) == 0 ? places[random.Next(places.Count)] : null,
            };
            StoredRun[] expected = await stores[1].ListAsync(query);
            Assert.Equal(expected, await stores[0].ListAsync(query));
            places.AddRange(expected.Select(run => run.Place));
        }

        string? RandomName() => random.Next(3) == 0 ? null : Names[random.Next(Names.Length)];

        bool? RandomBool() => random.Next(6) switch { 0 => true, 1 => false, _ => null };

        DateTimeOffset? RandomTime() => random.Next(4) == 0 ? clock.GetUtcNow().AddSeconds(-random.Next(0, 20)) : null;

        Dictionary<string, string> RandomTags(int most) => Enumerable.Range(0, random.Next(most)).ToDictionary(i => $"t{random.Next(2)}{i}", _ => Names[random.Next(3)], StringComparer.Ordinal);
    }
}
