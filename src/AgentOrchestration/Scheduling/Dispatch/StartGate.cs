namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>Whether anything of the run may start at all, whatever is free: not while it is paused, nor while it asks for a larger budget.</summary>
internal sealed class StartGate(DispatchContext context, BudgetGate budget)
{
    public bool IsClosed => context.State.IsPaused || budget.IsAsking;
}
