using Akka.Actor;

namespace AgentOrchestration.Benchmarks.Compare.Engines;

/// <summary>A task as an actor: it works when all that it waits for have written to it, and then writes to those that wait for it.</summary>
internal sealed class TaskActor(int task, int dependencies, TaskBody body, IActorRef[] successors, ActorRun run) : UntypedActor
{
    /// <summary>What a task writes to those that wait for it.</summary>
    public static readonly object Done = new();

    private readonly int _messages = Math.Max(1, dependencies);
    private int _left = Math.Max(1, dependencies);

    protected override void OnReceive(object message)
    {
        if (message is Answer answer)
        {
            End(answer);
        }
        else if (--_left == 0)
        {
            _left = _messages;
            ValueTask<Answer> work = body.RunAsync();
            if (work.IsCompletedSuccessfully)
            {
                End(work.Result);
            }
            else
            {
                work.AsTask().PipeTo(Self);
            }
        }
    }

    private void End(Answer answer)
    {
        run.Keep(task, answer);
        foreach (IActorRef successor in successors)
        {
            successor.Tell(Done);
        }

        if (successors.Length == 0)
        {
            run.EndSink();
        }
    }
}
