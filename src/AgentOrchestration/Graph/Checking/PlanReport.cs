using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Graph.Checking;

/// <summary>Collects what is wrong with a plan and with the plans in it, with the place of each.</summary>
internal sealed class PlanReport
{
    private readonly TaskPlan _plan;
    private readonly string _place;
    private readonly DiagnosticList _diagnostics;
    private readonly int _first;

    /// <param name="plan">The plan.</param>
    /// <param name="first">The place of its first subtask, when others of the same plan were checked before.</param>
    public PlanReport(TaskPlan plan, int first)
        : this(plan, place: "", new DiagnosticList()) => _first = first;

    private PlanReport(TaskPlan plan, string place, DiagnosticList diagnostics) => (_plan, _place, _diagnostics) = (plan, place, diagnostics);

    /// <summary>How many mistakes were found.</summary>
    public int Count => _diagnostics.Count;

    /// <summary>Gets whether the next mistake is counted and not listed.</summary>
    public bool IsFull => _diagnostics.Count >= DiagnosticList.MaxTold;

    public IReadOnlyList<PlanDiagnostic> Diagnostics => _diagnostics.ToList();

    /// <summary>The report on a plan that appears in a subtask; its mistakes are among these.</summary>
    public PlanReport ForNested(int subtask, TaskPlan nested) => new(nested, $"{PlaceOf(subtask)}/plan", _diagnostics);

    /// <summary>Where a subtask stands, as a JSON pointer.</summary>
    public string PlaceOf(int subtask) => $"{_place}/subtasks/{_first + subtask}";

    public void AddForPlan(PlanDiagnosticCode code, string message, string remedy) =>
        _diagnostics.Add(new PlanDiagnostic(code, $"{_place}/subtasks", message, remedy));

    public void Add(PlanDiagnosticCode code, int subtask, string place, string message, string remedy)
    {
        string id = _plan.Subtasks[subtask].Id;
        _diagnostics.Add(new PlanDiagnostic(code, PlaceOf(subtask) + place, $"'{Excerpt.Of(id)}': {message}", remedy) { SubtaskId = id });
    }

    /// <summary>Reports a rule of the application that threw: it sees what a model wrote, and may be ready for less.</summary>
    public void AddFailedRule(string name, Exception exception, int subtask) => Add(
        PlanDiagnosticCode.RuleFailed, subtask, "",
        $"The rule {name} of the application threw {exception.GetType().Name}: {Excerpt.Of(exception.Message)}",
        "Give the arguments that the rule reads, or correct the rule.");
}
