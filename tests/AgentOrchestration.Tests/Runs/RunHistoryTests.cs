using AgentOrchestration.Runs;

namespace AgentOrchestration.Tests.Runs;

public sealed class RunHistoryTests
{
    [Fact]
    public void Facts_are_found_again_at_their_index_across_chunks()
    {
        var history = new RunHistory();
        for (int i = 0; i < 10_000; i++)
        {
            history.Append(new RunFact(RunFactKind.AttemptStarted, i) { Subtask = i });
        }

        Assert.Equal(10_000, history.Count);
        Assert.All(Enumerable.Range(0, 10_000), index => Assert.Equal(index, history[index].Subtask));
    }

    [Fact]
    public async Task Readers_on_other_threads_see_every_fact_in_order_and_never_wait_for_ever()
    {
        const int Facts = 200_000;
        var history = new RunHistory();
        Task<long>[] readers = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(ReadAllAsync))];

        for (int i = 0; i < Facts; i++)
        {
            history.Append(new RunFact(RunFactKind.AttemptStarted, i) { Subtask = i });
            history.Announce();
        }

        Assert.All(await Task.WhenAll(readers), sum => Assert.Equal((long)Facts * (Facts - 1) / 2, sum));

        async Task<long> ReadAllAsync()
        {
            long sum = 0;
            for (int next = 0; next < Facts; next++)
            {
                if (next == history.Count)
                {
                    await history.WaitForMoreAsync(next, TestContext.Current.CancellationToken);
                }

                Assert.Equal(next, history[next].Subtask);
                sum += history[next].Time;
            }

            return sum;
        }
    }
}
