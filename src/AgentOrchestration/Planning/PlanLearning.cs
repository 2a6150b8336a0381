using AgentOrchestration.Tasks;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Planning;

/// <summary>Lets the selector of task types learn from plans whose runs have succeeded, where there is something to select.</summary>
/// <param name="selector">Gets the selector, which is made when it is first needed.</param>
/// <param name="taskTypes">The task types.</param>
/// <param name="options">How many are shown.</param>
/// <param name="logger">Gets what goes wrong.</param>
internal sealed class PlanLearning(Func<ITaskTypeSelector> selector, ITaskTypeRegistry taskTypes, PlanningOptions options, ILogger logger)
{
    public void Learn(TaskPlan plan)
    {
        if (taskTypes.TaskTypes.Count <= options.MaxTaskTypeSchemas)
        {
            return;
        }

        try
        {
            selector().Learn(plan);
        }
        catch (Exception exception)
        {
            PlanningLog.LearningFailed(logger, exception);
        }
    }
}
