using System.Linq.Expressions;
using System.Text.Json;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Expressions;

namespace AgentOrchestration;

/// <summary>
/// Refers to a subtask of the plan being built whose output has a known type. Adding a handler class with its input returns one; it is
/// a reference to the whole output, too.
/// </summary>
/// <typeparam name="TOutput">The type of the output.</typeparam>
/// <example>
/// <code>
/// SubtaskRef&lt;Table&gt; sales = plan.Add&lt;ReadTable&gt;("sales").With(new CsvFile("sales.csv"));
/// SubtaskRef&lt;string&gt; summary = plan.Add&lt;Summarize&gt;("summary").With(sales);
/// plan.Add&lt;Plot&gt;("plot").With(sales.Output(table =&gt; table.Rows));
/// </code>
/// </example>
public sealed record SubtaskRef<TOutput> : ISubtaskOutput<TOutput>, IUntypedOutput
{
    private readonly JsonSerializerOptions _serializerOptions;

    internal SubtaskRef(string id, JsonSerializerOptions serializerOptions)
    {
        Id = id;
        _serializerOptions = serializerOptions;
    }

    /// <summary>Gets the id of the subtask.</summary>
    /// <value>The id within its plan.</value>
    public string Id { get; }

    /// <summary>Drops the type of the output.</summary>
    /// <param name="subtask">The reference.</param>
    /// <returns>The same reference.</returns>
    public static implicit operator SubtaskRef(SubtaskRef<TOutput> subtask)
    {
        ArgumentNullException.ThrowIfNull(subtask);
        return subtask.ToSubtaskRef();
    }

    /// <summary>Drops the type of the output.</summary>
    /// <returns>A reference to the same subtask.</returns>
    public SubtaskRef ToSubtaskRef() => new(Id);

    /// <summary>Refers to the whole output in the input of another subtask; that makes it a dependency of the other.</summary>
    /// <returns>The reference.</returns>
    public SubtaskOutput<TOutput> Output() => new(new SubtaskOutput(Id, ""));

    /// <summary>Refers to a part of the output in the input of another subtask; that makes it a dependency of the other.</summary>
    /// <typeparam name="TPart">The type of the part.</typeparam>
    /// <param name="part">
    /// The part: properties that the JSON of the output has, and items at given indexes, as in <c>table =&gt; table.Rows[0].Name</c>. It is read,
    /// never run; the serializer options of the plan name the properties.
    /// </param>
    /// <returns>The reference.</returns>
    /// <exception cref="ArgumentException"><paramref name="part"/> is something else, or the JSON has no such property.</exception>
    public SubtaskOutput<TPart> Output<TPart>(Expression<Func<TOutput, TPart>> part)
    {
        ArgumentNullException.ThrowIfNull(part);
        return new SubtaskOutput<TPart>(new SubtaskOutput(Id, new MemberPath(_serializerOptions).Of(part)));
    }

    SubtaskOutput ISubtaskOutput<TOutput>.ToSubtaskOutput() => new(Id, "");

    SubtaskOutput IUntypedOutput.ToSubtaskOutput() => new(Id, "");
}
