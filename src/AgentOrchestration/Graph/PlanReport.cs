using AgentOrchestration.Plans;

namespace AgentOrchestration.Graph;

/// <summary>Collects what is wrong with a plan, with the place of each.</summary>
internal sealed class PlanReport(TaskPlan plan)
{
    private readonly List<PlanDiagnostic> _diagnostics = [];

    public IReadOnlyList<PlanDiagnostic> Diagnostics => _diagnostics;

    public void AddForPlan(PlanDiagnosticCode code, string message, string remedy) =>
        _diagnostics.Add(new PlanDiagnostic(code, "/subtasks", message, remedy));

    public void Add(PlanDiagnosticCode code, int subtask, string place, string message, string remedy)
    {
        string id = plan.Subtasks[subtask].Id;
        _diagnostics.Add(new PlanDiagnostic(code, $"/subtasks/{subtask}{place}", $"'{Excerpt.Of(id)}': {message}", remedy) { SubtaskId = id });
    }

    /// <summary>Adds what is wrong with a plan that stands in a subtask.</summary>
    public void AddNested(int subtask, IReadOnlyList<PlanDiagnostic> diagnostics)
    {
        foreach (PlanDiagnostic diagnostic in diagnostics)
        {
            _diagnostics.Add(diagnostic with { Path = $"/subtasks/{subtask}/plan{diagnostic.Path}" });
        }
    }
}
