using AgentOrchestration.Plans;

namespace AgentOrchestration.Planning;

/// <summary>Reads the whole of what a model wrote as a plan.</summary>
internal static class PlanAnswer
{
    public static TaskPlan Read(string answer, PlanningOptions options)
    {
        var reader = new PlanReader(options);
        reader.Append(answer);
        PlanReading reading = reader.Complete();
        return reading.Diagnostics.Count == 0 ? reading.Plan : throw new InvalidPlanException(reading.ToRefusal(answer));
    }
}
