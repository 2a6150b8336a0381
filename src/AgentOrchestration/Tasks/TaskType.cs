using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration;

/// <summary>
/// Names a task type that has no handler class, such as a delegate, with the types of its input and output, so that plans can use it as they use a
/// handler class: a wrong input does not compile.
/// </summary>
/// <typeparam name="TInput">The type of the input; <see cref="None"/> for none.</typeparam>
/// <typeparam name="TOutput">The type of the output; <see cref="None"/> for none.</typeparam>
/// <example>
/// <code>
/// var total = new TaskType&lt;Table, int&gt;("total");
/// services.AddAgentOrchestration().AddTaskType(total.Name, "Adds up a table.", (Table table) =&gt; table.Rows.Sum(row =&gt; row.Amount));
///
/// TaskPlan totals = TaskPlan.Create(plan =&gt;
/// {
///     SubtaskRef&lt;Table&gt; sales = plan.Add&lt;ReadTable&gt;("sales").With(new CsvFile("sales.csv"));
///     SubtaskRef&lt;int&gt; sum = plan.Add("sum", total).With(sales);
/// });
/// </code>
/// </example>
public sealed record TaskType<TInput, TOutput>
{
    /// <summary>Initializes a new instance.</summary>
    /// <param name="name">The name that the task type is registered under: 1 to 64 characters of <c>A-Z a-z 0-9 _ -</c>.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is malformed.</exception>
    public TaskType(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        Name = SubtaskId.IsValid(name)
            ? name
            : throw new ArgumentException($"'{Excerpt.Of(name)}' is not a valid name of a task type: use 1 to 64 of A-Z a-z 0-9 _ -.", nameof(name));
    }

    /// <summary>Gets the name that the task type is registered under.</summary>
    /// <value>1 to 64 characters of <c>A-Z a-z 0-9 _ -</c>.</value>
    public string Name { get; }
}
