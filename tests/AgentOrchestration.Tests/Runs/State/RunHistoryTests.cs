using AgentOrchestration.Runs.State;

namespace AgentOrchestration.Tests.Runs.State;

public sealed class RunHistoryTests
{
    [Fact]
    public void Facts_stay_where_they_were_appended()
    {
        var history = new RunHistory();
        for (int i = 0; i < 100_000; i++)
        {
            history.Append(new RunFact(RunFactKind.AttemptStarted, time: i, subtask: i));
        }

        Assert.Equal(100_000, history.Count);
        Assert.All(Enumerable.Range(0, 100_000), index => Assert.Equal((index, index), (history[index].Subtask, (int)history[index].Time)));
    }

    [Fact]
    public async Task Readers_see_every_fact_whole_while_a_writer_appends()
    {
        const int Facts = 200_000;
        var history = new RunHistory();
        Task[] readers =
        [
            .. Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
            {
                for (int next = 0; next < Facts;)
                {
                    for (; next < history.Count; next++)
                    {
                        Assert.Equal((next, next), (history[next].Subtask, (int)history[next].Time));
                    }
                }
            })),
        ];

        for (int i = 0; i < Facts; i++)
        {
            history.Append(new RunFact(RunFactKind.AttemptStarted, time: i, subtask: i));
        }

        await Task.WhenAll(readers);
    }
}
