using AgentOrchestration.Benchmarks.Graphs;
using Akka.Actor;

namespace AgentOrchestration.Benchmarks.Compare.Engines;

/// <summary>Akka.NET: an actor per task, made once, outside the clock; a run is one message to each root.</summary>
internal sealed class AkkaEngine : ComparedEngine
{
    private readonly ActorSystem _system = ActorSystem.Create("compare", "akka.loglevel = WARNING");
    private readonly IActorRef[] _roots;
    private readonly ActorRun _run;

    public AkkaEngine(ShapedGraph graph, TaskBody body)
    {
        _run = new ActorRun(graph);
        var actors = new IActorRef[graph.Count];
        for (int task = graph.Count - 1; task >= 0; task--)
        {
            int own = task;
            IActorRef[] successors = Array.ConvertAll(graph.Successors[task], successor => actors[successor]);
            actors[task] = _system.ActorOf(Props.Create(() => new TaskActor(own, graph.DependencyCounts[own], body, successors, _run)));
        }

        _roots = Array.ConvertAll(graph.Roots, root => actors[root]);
    }

    public override Task RunAsync()
    {
        Task end = _run.Begin();
        foreach (IActorRef root in _roots)
        {
            root.Tell(TaskActor.Done);
        }

        return end;
    }

    public override int CountResults() => _run.CountResults();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _system.Terminate();
        _system.Dispose();
    }
}
