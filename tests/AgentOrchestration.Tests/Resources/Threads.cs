using System.Collections.Concurrent;

namespace AgentOrchestration.Tests.Resources;

/// <summary>Code that runs on threads of its own, all let go at one moment.</summary>
internal static class Threads
{
    public static void Run(params IReadOnlyList<Action> bodies)
    {
        using var barrier = new Barrier(bodies.Count);
        ConcurrentQueue<Exception> thrown = [];
        Thread[] threads = [.. bodies.Select(body => new Thread(() =>
        {
            barrier.SignalAndWait();
            try
            {
                body();
            }
            catch (Exception exception)
            {
                thrown.Enqueue(exception);
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.Empty(thrown);
    }
}
