using AgentOrchestration.Benchmarks.Compare.Engines;
using AgentOrchestration.Benchmarks.Graphs;

namespace AgentOrchestration.Benchmarks.Compare;

/// <summary>An engine by its name, and how large a graph it is given.</summary>
internal sealed record Contender(string Name, int LargestSize, Func<ShapedGraph, TaskBody, ComparedEngine> Create)
{
    public const string Floor = "floor";
    public const string Delegates = "ours-delegate";
    public const string Handlers = "ours-handler";
    public const string Observed = "ours-observed";
    public const string Tpl = "tpl";
    public const string Dataflow = "dataflow";
    public const string AgentFramework = "agent-framework";
    public const string Akka = "akka";
    public const string WorkflowCore = "workflow-core";

    public static IReadOnlyList<Contender> All { get; } =
    [
        new(Floor, 1_000_000, (graph, body) => new FloorEngine(graph, body)),
        new(Delegates, 1_000_000, OurEngine.WithDelegate),
        new(Handlers, 100_000, OurEngine.WithHandler),
        new(Observed, 100_000, (graph, body) => new OurObservedEngine(graph, body, trace: true, read: true)),
        new(Tpl, 1_000_000, (graph, body) => new TplEngine(graph, body)),
        new(Dataflow, 10_000, (graph, body) => new DataflowEngine(graph, body)),
        new(Akka, 10_000, (graph, body) => new AkkaEngine(graph, body)),
        new(AgentFramework, 1_000, (graph, body) => new AgentFrameworkEngine(graph, body)),
        new(WorkflowCore, 1_000, (graph, body) => new WorkflowCoreEngine(graph, body)) { Fits = WorkflowCoreEngine.CanRun },
    ];

    /// <summary>Whether it has a form for a graph.</summary>
    public Func<ShapedGraph, bool> Fits { get; init; } = static _ => true;

    /// <summary>Ours with only one kind of observer, to tell what each costs.</summary>
    public static Contender Traced { get; } =
        new("ours, traced", 100_000, (graph, body) => new OurObservedEngine(graph, body, trace: true, read: false));

    public static Contender Read { get; } =
        new("ours, one reader", 100_000, (graph, body) => new OurObservedEngine(graph, body, trace: false, read: true));

    public static Contender Named(string name) => All.Single(contender => contender.Name == name);
}
