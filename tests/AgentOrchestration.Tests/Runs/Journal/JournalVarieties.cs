using System.Text.Json;
using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Plans;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Tests.Runs.Journal;

/// <summary>Facts of every kind that a journal holds, with every value that changes the form of a line.</summary>
internal static class JournalVarieties
{
    private const string AwkwardText = "\"quoted\" <b> & \\ 'é' 漢 😀 \u0001\u007f\u2028 \n\t end";
    private const long Late = 638_000_000_000_000_000;

    private static readonly SubtaskError Plain = new("InvalidDataException", "Bad data.");
    private static readonly SubtaskError Awkward = new("Kind+Of`1", AwkwardText) { Exception = new InvalidDataException("Is not written.") };

    public static IReadOnlyList<RunFact> All { get; } =
    [
        new(RunFactKind.RunStarted, 0),
        new(RunFactKind.RunStarted, Late),
        Added(PlanOf(), isJoined: true),
        Added(PlanOf() with { Goal = AwkwardText }, isJoined: false, "work", "Beta", "alpha"),
        .. from arguments in (string[])["null", "0", "[]", "\"é\\u00e9<\\n\"", """{ "a" : [ 1.50, {"b": null} ], "A": -1e400 }"""]
           select new RunFact(RunFactKind.ApprovalRequested, 5, 2, payload: new ApprovalQuestion("F+/=", JsonElement.Parse(arguments))),
        .. from who in (string?[])[null, "", AwkwardText]
           from reason in (string?[])[null, "why"]
           select new RunFact(RunFactKind.ApprovalDecided, 5, 2, detail: (byte)(who is null ? 0 : 1), payload: new ApprovalAnswer(who, reason)),
        new(RunFactKind.StartHeld, 5, 2, detail: (byte)HoldReason.SharedPrompt, payload: new StartHold(Late)),
        .. OfAttempts(RunFactKind.AttemptStarted),
        new(RunFactKind.AttemptStarted, 5, 2, 1, payload: new BatchMark(3)),
        new(RunFactKind.AttemptStarted, 5, 2, 2, payload: new HedgeMark(1)),
        .. from limit in Enum.GetValues<TimeLimit>()
           select new RunFact(RunFactKind.AttemptTimedOut, 5, 2, 1, (byte)limit),
        .. OfAttempts(RunFactKind.AttemptAbandoned),
        .. OfAttempts(RunFactKind.AttemptInterrupted),
        new(RunFactKind.AttemptFailed, 5, 2, 1, payload: new AttemptRetry(Plain, Late)),
        new(RunFactKind.AttemptFailed, 5, 2, 1, payload: new AttemptRetry(Awkward, 0)),
        new(RunFactKind.AttemptFailed, 5, 2, 1, detail: 1, new AttemptRetry(Plain, Late)),
        .. OfAttempts(RunFactKind.AttemptDropped),
        new(RunFactKind.AttemptDropped, 5, 2, 1, payload: Awkward),
        .. from cost in (decimal[])[0, 0.10m, 12m, decimal.MaxValue, 0.0000000000000000000000000001m]
           select new RunFact(RunFactKind.UsageCounted, 5, 2, 1, payload: new TaskUsage(0, long.MaxValue, cost)),
        new(RunFactKind.UsageCounted, 5, 2, 1, payload: TaskUsage.Of(new ModelUsage { Model = AwkwardText, InputTokens = 1, OutputTokens = long.MaxValue, Cost = 0.10m, PricedCalls = 1 })),
        new(RunFactKind.UsageCounted, 5, 2, 1, payload: TaskUsage.Of(new ModelUsage { CachedInputTokens = 1, CacheWriteTokens = 2, ReasoningTokens = 3 }).Add(TaskUsage.Of(new ModelUsage { Model = "m", Calls = 0 }))),
        .. from origin in (OutputOrigin[])[OutputOrigin.Executed, OutputOrigin.Cached, OutputOrigin.Reused]
           from output in (string[])["null", "\"\"", "\"é\\u00e9\\/<\"", "12345678901234567890.10", """{ "big" : [ 1 , { "a" : 1 , "a" : 2 } ] }"""]
           select new RunFact(RunFactKind.SubtaskSucceeded, 5, 2, 1, (byte)origin, new StoredOutput(JsonElement.Parse(output))),
        .. from origin in (OutputOrigin[])[OutputOrigin.Executed, OutputOrigin.Cached, OutputOrigin.Reused]
           select new RunFact(RunFactKind.SubtaskSucceeded, 5, 2, 0, (byte)origin, new StoredOutput("AB12")),
        new(RunFactKind.SubtaskSucceeded, 5, 2, detail: (byte)OutputOrigin.Shared, payload: new SharedOutput(1, "x")),
        .. from attempt in (int[])[0, 3]
           from output in (string[])["null", """{ "big" : [ 1 , { "a" : 1 , "a" : 2 } ] }"""]
           select new RunFact(RunFactKind.SubtaskSucceeded, 5, 2, attempt, (byte)OutputOrigin.Fallback, new FallbackOutput(JsonElement.Parse(output), attempt == 0 ? Awkward : Plain)),
        new(RunFactKind.SubtaskFailed, 5, 2, 1, payload: Plain),
        new(RunFactKind.SubtaskFailed, 5, 2, payload: Awkward),
        .. from reason in Enum.GetValues<SkipReason>()
           select new RunFact(RunFactKind.SubtaskSkipped, 5, 2, payload: new SkipCause(1, reason)),
        new(RunFactKind.SubtaskCancelRequested, 5, 2),
        new(RunFactKind.SubtaskCancelled, 5, 2),
        new(RunFactKind.SubtaskCancelled, 5, 2, 3),
        .. from limit in Enum.GetValues<BudgetLimit>()
           select new RunFact(RunFactKind.BudgetExhausted, 5, detail: (byte)limit),
        .. from action in Enum.GetValues<BudgetAction>()
           select new RunFact(RunFactKind.BudgetExtended, 5, payload: new RunBudget { WhenExhausted = action }),
        new(RunFactKind.BudgetExtended, 5, payload: new RunBudget { MaxAttempts = 7, MaxTokens = long.MaxValue, MaxCost = 0.50m, MaxTime = TimeSpan.FromMinutes(1) }),
        new(RunFactKind.RunPaused, 5),
        new(RunFactKind.RunPaused, 5, payload: "the prices are wrong"),
        new(RunFactKind.RunContinued, 5),
        .. from reason in Enum.GetValues<StopReason>()
           select new RunFact(RunFactKind.StopRequested, 5, detail: (byte)reason),
        new(RunFactKind.StopRequested, 5, detail: (byte)StopReason.Timeout, payload: "the subtask 'a' of the run r"),
        .. OfAttempts(RunFactKind.CompensationStarted),
        new(RunFactKind.CompensationFailed, 5, 2, 1, payload: new AttemptRetry(Plain, 0)),
        new(RunFactKind.CompensationFailed, 5, 2, 1, payload: new AttemptRetry(Awkward, Late)),
        .. OfAttempts(RunFactKind.SubtaskCompensated),
        .. from outcome in Enum.GetValues<RunOutcome>()
           select new RunFact(RunFactKind.RunEnded, 5, detail: (byte)outcome),
        new(RunFactKind.FlightJoined, 5, 2, payload: new JoinedFlight(AwkwardText, "a/b")),
        new(RunFactKind.WorkAvoided, 5, 2, payload: new AvoidedWork(new TaskUsage(1, 2, 0.10m), Late)),
        new(RunFactKind.WorkAvoided, 5, 2, payload: new AvoidedWork(TaskUsage.Of(new ModelUsage { Model = "m", InputTokens = 1 }), 0)),
        new(RunFactKind.SubtaskSucceeded, 5, 2, 1, (byte)OutputOrigin.Executed, new StoredOutput(JsonElement.Parse("1")) { CacheKey = AwkwardText, CacheEpochs = "1-A,2-B" }),
        new(RunFactKind.SubtaskSucceeded, 5, 2, 0, (byte)OutputOrigin.Flight, new StoredOutput("AB12") { CacheKey = "k", CacheEpochs = "" }),
        new(RunFactKind.SubtaskSucceeded, 5, 2, 0, (byte)OutputOrigin.Flight, new StoredOutput(JsonElement.Parse("1"))),
        new(RunFactKind.AttemptStarted, 5, 2, 1, detail: 1),
        new(RunFactKind.AttemptConfirmed, 5, 2, 1),
        new(RunFactKind.OutputHeld, 5, 2, 1, payload: new StoredOutput(JsonElement.Parse("{ \"a\" : 1 }"))),
        new(RunFactKind.OutputHeld, 5, 2, 1, payload: new StoredOutput("AB12")),
        new(RunFactKind.OutputDropped, 5, 2, 1),
        new(RunFactKind.OutputDropped, 5, 2, 1, payload: Plain),
        new(RunFactKind.SubtaskSucceeded, 5, 2, 1, (byte)OutputOrigin.Executed, new HeldOutput(null)),
        new(RunFactKind.AttemptDeferred, 5, 2, 1, payload: new DeferredAttempt(1, 0)),
        new(RunFactKind.AttemptDeferred, 5, 2, ushort.MaxValue - 1, payload: new DeferredAttempt(int.MaxValue, Late)),
        new(RunFactKind.CallsSubmitted, 5, payload: new SubmittedCalls(1, "gpt", AwkwardText)),
        new(RunFactKind.UsageCounted, 5, 2, 1, detail: 1, new TaskUsage(1, 2, 0.10m)),
        new(RunFactKind.UsageCounted, 5, 2, 1, payload: TaskUsage.Of(new ModelUsage { Model = "m", InputTokens = 1, DeferredCalls = 1, BatchDiscount = 0.50m })),
        new(RunFactKind.SubtaskFailed, 5, 2, payload: new SharedFailure(0, Plain)),
        new(RunFactKind.SubtaskSucceeded, 5, 2, 0, (byte)OutputOrigin.Fallback, new FallbackOutput(JsonElement.Parse("null"), Plain, worker: 1)),
    ];

    private static IEnumerable<RunFact> OfAttempts(RunFactKind kind) =>
    [
        new(kind, 0, 0, 1),
        new(kind, Late, int.MaxValue, ushort.MaxValue - 1),
    ];

    private static RunFact Added(TaskPlan plan, bool isJoined, params string[] taskTypes) => new(
        RunFactKind.SubtasksAdded,
        5,
        2,
        payload: AddedPlan.Of(new GraphGrowth(2, PartOf([NestedPlanType.Descriptor, .. taskTypes.Select((name, i) => TaskTypeOf(name, i + 1))]), isJoined, Offset: 3) { Plan = plan }));

    private static TaskPlan PlanOf() => new()
    {
        Subtasks =
        [
            new Subtask { Id = "first", TaskType = "work", Arguments = JsonElement.Parse("""{ "text": "é\u00e9<", "number": 1.50 }""") },
            new Subtask
            {
                Id = "nested",
                TaskType = Subtask.NestedPlan,
                OptionalDependsOn = ["first"],
                Plan = new TaskPlan { Subtasks = [new Subtask { Id = "inner", TaskType = "work", WaitsForAdded = false }] },
            },
            new Subtask
            {
                Id = "each",
                TaskType = "work",
                Name = "Each",
                Description = AwkwardText,
                DependsOn = ["first", "nested"],
                ForEach = new SubtaskOutput("first", "/list"),
                OnItemFailure = ItemFailurePolicy.AtMost(2),
                EstimatedDuration = TimeSpan.FromSeconds(90),
                Resources = ResourceRequirements.Of("a", 2),
                Policy = new SubtaskPolicy { Timeout = TimeSpan.FromSeconds(5) },
            },
        ],
    };

    private static TaskDescriptor TaskTypeOf(string name, int version) => TaskDescriptor.For(
        name, "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(None.Value), options => options.Version = version);

    private static CheckedSubtasks PartOf(TaskDescriptor[] taskTypes) => new()
    {
        Subtasks = [],
        TaskTypes = taskTypes,
        Inputs = [],
        Needs = [],
        Policies = [],
        Dependencies = [],
        Optional = null,
        TopologicalOrder = [],
        Successors = SuccessorGraph.FromDependencies([]),
    };
}
