using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Json;

namespace AgentOrchestration;

/// <summary>
/// A value that takes the place of a subtask's output when the work fails for good, so that what depends on it runs all the same. An object of its own,
/// because a fallback that is null is not the same as no fallback.
/// </summary>
/// <example>
/// <code>
/// plan.Add("rates", "read_rates", options: new() { Fallback = FallbackValue.Of(1.08m) });
/// </code>
/// </example>
public sealed class FallbackValue
{
    private readonly Type _type;

    private FallbackValue(object? value, Type type)
    {
        Value = value;
        _type = type;
    }

    /// <summary>Gets the value.</summary>
    /// <value>An instance of the output type of the task type, or JSON that reads as one; <see langword="null"/> when the output is to be null.</value>
    public object? Value { get; }

    /// <summary>Makes a fallback of a value.</summary>
    /// <typeparam name="T">The type that the value is written as: the output type of the task type, a type that it can be assigned to, or JSON.</typeparam>
    /// <param name="value">The value. It is written as JSON as an input is, so that later changes of the object change nothing.</param>
    /// <returns>The fallback.</returns>
    public static FallbackValue Of<T>(T value) => new(value, typeof(T));

    /// <summary>Writes the value as JSON, for a plan.</summary>
    /// <param name="what">The fallback, as an error names it.</param>
    /// <param name="outputType">The type of the output, where it is known.</param>
    /// <param name="options">How it is written.</param>
    /// <exception cref="NotSupportedException">It cannot be written.</exception>
    internal JsonElement ToJson(string what, Type? outputType, JsonSerializerOptions options) => Value switch
    {
        null => JsonElement.Parse("null"),
        JsonElement { ValueKind: not JsonValueKind.Undefined } element => element.Clone(),
        JsonNode node => InputJson.Write(what, node),
        _ => InputJson.Write(what, Value, outputType is not null && outputType.IsInstanceOfType(Value) ? outputType : _type, options),
    };

    /// <summary>Says why the value cannot be an output of a type; <see langword="null"/> when it can. What is given as JSON can be of any.</summary>
    internal string? WhyNot(Type outputType) =>
        Value is null ? (outputType.IsValueType && Nullable.GetUnderlyingType(outputType) is null ? $"is null, but the output is a {CSharpName.Of(outputType)}" : null)
        : Value is JsonElement or JsonNode || outputType.IsInstanceOfType(Value) ? null
        : $"is a {CSharpName.Of(Value.GetType())}, but the output is a {CSharpName.Of(outputType)}";
}
