using System.Collections.Concurrent;
using AgentOrchestration.Tasks.Batching;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Batching;

/// <summary>A task type that takes pages in batches, and what it was called with.</summary>
internal sealed class Pages
{
    public ConcurrentQueue<string[]> Calls { get; } = new();

    /// <summary>The sizes of the calls, in their order.</summary>
    public IEnumerable<int> Sizes => Calls.Select(call => call.Length);

    /// <summary>What the code does with a call. Default: every page gets its answer.</summary>
    public Func<BatchItems<string, string>, BatchContext, CancellationToken, ValueTask> Code { get; set; } = static (items, _, _) => Answer(items);

    public static void AnswerAll(IEnumerable<BatchItem<string, string>> items)
    {
        foreach (BatchItem<string, string> item in items)
        {
            item.Succeed($"facts of {item.Input}");
        }
    }

    public static ValueTask Answer(BatchItems<string, string> items)
    {
        AnswerAll(items);
        return default;
    }

    /// <summary>From now on a call with this page fails.</summary>
    public void BreakOn(string id) => Code = (items, _, _) => items.Any(item => item.Id == id) ? throw new InvalidDataException("Not a page.") : Answer(items);

    /// <summary>An application that has the task type.</summary>
    /// <param name="type">Configures it.</param>
    /// <param name="options">Configures the application.</param>
    /// <param name="more">Adds what else there is.</param>
    public Engine NewEngine(Action<TaskTypeOptions>? type = null, Action<AgentOrchestrationOptions>? options = null, Action<IAgentOrchestrationBuilder>? more = null) => new(
        builder =>
        {
            AddTo(builder, type);
            more?.Invoke(builder);
        },
        options);

    public void AddTo(IAgentOrchestrationBuilder builder, Action<TaskTypeOptions>? configure = null)
    {
        builder.Services.AddSingleton(this);
        builder.AddTaskType<Extract>(configure);
    }

    /// <summary>Adds subtasks <c>p0</c>, <c>p1</c>, … to a plan.</summary>
    public static SubtaskRef[] Add(TaskPlanBuilder plan, int count, string id = "p") => [.. Enumerable.Range(0, count).Select(i => plan.Add($"{id}{i}", "extract", $"page {i}"))];

    [TaskType("extract", Description = "Extracts the facts of a page.", Effect = TaskEffect.Pure), Batchable(MaxSize = 16)]
    internal sealed class Extract(Pages pages) : IBatchTaskHandler<string, string>
    {
        public ValueTask ExecuteAsync(BatchItems<string, string> items, BatchContext context, CancellationToken cancellationToken)
        {
            pages.Calls.Enqueue([.. items.Select(item => item.Id)]);
            return pages.Code(items, context, cancellationToken);
        }
    }
}
