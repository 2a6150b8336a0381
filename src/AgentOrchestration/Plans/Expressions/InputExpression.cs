using System.Linq.Expressions;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using AgentOrchestration.Plans.Json;

namespace AgentOrchestration.Plans.Expressions;

/// <summary>
/// Writes an input that is described by an expression as JSON: new objects and lists, whose parts are references to outputs, parts of an item, and
/// values that are known when the plan is built. The expression is read, never compiled.
/// </summary>
/// <param name="input">The input, as an error names it.</param>
/// <param name="options">How it is written.</param>
internal sealed class InputExpression(string input, JsonSerializerOptions options)
{
    private readonly MemberPath _paths = new(options);

    /// <exception cref="ArgumentException">The expression holds something else.</exception>
    /// <exception cref="NotSupportedException">A value cannot be written as JSON.</exception>
    public JsonElement? Write(LambdaExpression description) =>
        Write(description.Body, description.ReturnType) is { } written ? InputJson.Write(input, written) : null;

    private JsonNode? Write(Expression expression, Type type)
    {
        Expression stripped = Conversions.Strip(expression);
        if (ReferenceOf(stripped) is { } reference)
        {
            return reference;
        }

        if (ExpressionValue.TryRead(expression, out object? value))
        {
            JsonElement written = InputJson.Write(input, value, value is null || type.IsInstanceOfType(value) ? type : value.GetType(), options);
            return JsonSerializer.SerializeToNode(written, PlanJsonContext.Default.JsonElement);
        }

        return stripped switch
        {
            NewExpression made => WriteObject(made, [], type),
            MemberInitExpression made => WriteObject(made.NewExpression, made.Bindings, type),
            NewArrayExpression { NodeType: ExpressionType.NewArrayInit } array => WriteArray(array.Expressions, array.Type.GetElementType()!),
            ListInitExpression { NewExpression.Arguments.Count: 0 } list => WriteList(list),
            _ => throw Refused(stripped, "Compute it before, in a variable, or in the subtask."),
        };
    }

    private JsonNode? ReferenceOf(Expression expression) => MemberPath.RootOf(expression) switch
    {
        ParameterExpression root when root.Type != typeof(ISubtaskOutputs) => new ItemReference(_paths.Of(expression)).ToJsonNode(),
        MethodCallExpression { Object: ParameterExpression outputs } call when outputs.Type == typeof(ISubtaskOutputs) => WriteOutput(call, _paths.Of(expression)),
        _ => null,
    };

    private JsonNode WriteOutput(MethodCallExpression call, string path)
    {
        SubtaskOutput output = OutputOf(call.Arguments[0]);
        return (output with { Path = output.Path + path }).ToJsonNode();
    }

    /// <summary>Reads what is a reference when the plan is built, or makes it: <c>sales</c>, <c>sales.Output(table =&gt; table.Rows)</c>.</summary>
    private SubtaskOutput OutputOf(Expression expression)
    {
        Expression stripped = Conversions.Strip(expression);
        if (stripped is MethodCallExpression { Method.Name: nameof(SubtaskRef<>.Output), Object: { } subtask } call && subtask.Type.IsAssignableTo(typeof(IUntypedOutput)))
        {
            SubtaskOutput whole = OutputOf(subtask);
            return call.Arguments is [UnaryExpression { Operand: LambdaExpression part }] ? whole with { Path = _paths.Of(part) } : whole;
        }

        return ExpressionValue.TryRead(stripped, out object? reference) && reference is IUntypedOutput output
            ? output.ToSubtaskOutput()
            : throw Refused(stripped, "Put the reference into a variable before.");
    }

    private JsonObject WriteObject(NewExpression made, IEnumerable<MemberBinding> bindings, Type declared)
    {
        JsonTypeInfo typeInfo = JsonMetadata.Of(options, made.Type);
        if (typeInfo.Kind != JsonTypeInfoKind.Object)
        {
            throw Refused(made, $"{CSharpName.Of(made.Type)} is not written as an object with its properties.");
        }

        JsonObject written = [];
        WriteDiscriminator(written, made.Type, declared);
        for (int i = 0; i < made.Arguments.Count; i++)
        {
            string name = made.Constructor!.GetParameters()[i].Name ?? "";
            WriteProperty(written, made, JsonMembers.Find(typeInfo, name, StringComparison.OrdinalIgnoreCase), name, made.Arguments[i]);
        }

        foreach (MemberBinding binding in bindings)
        {
            Expression assigned = binding is MemberAssignment assignment ? assignment.Expression : throw Refused(made, $"Give '{binding.Member.Name}' a new value.");
            WriteProperty(written, made, JsonMembers.Find(typeInfo, binding.Member.Name), binding.Member.Name, assigned);
        }

        return written;
    }

    private void WriteProperty(JsonObject written, Expression made, JsonPropertyInfo? property, string name, Expression value)
    {
        if (property is not { Set: not null } and not { AssociatedParameter: not null })
        {
            throw Refused(made, $"The JSON of {CSharpName.Of(made.Type)} has no property for '{name}'.");
        }

        written[property.Name] = property.CustomConverter is null
            ? Write(value, value.Type)
            : throw Refused(made, $"'{name}' is written by a converter of its own.");
    }

    /// <summary>Names the type, where it is one of several that the declared type may be.</summary>
    private void WriteDiscriminator(JsonObject written, Type type, Type declared)
    {
        if (JsonMetadata.Of(options, declared).PolymorphismOptions is not { } polymorphism)
        {
            return;
        }

        object? discriminator = polymorphism.DerivedTypes.FirstOrDefault(derived => derived.DerivedType == type).TypeDiscriminator;
        if (discriminator is not null)
        {
            written[polymorphism.TypeDiscriminatorPropertyName ?? "$type"] = discriminator is int number ? JsonValue.Create(number) : JsonValue.Create((string)discriminator);
        }
    }

    private JsonArray WriteArray(IEnumerable<Expression> items, Type type) => [.. items.Select(item => Write(item, type))];

    private JsonNode WriteList(ListInitExpression list) => JsonMetadata.Of(options, list.Type).Kind switch
    {
        JsonTypeInfoKind.Enumerable when list.Initializers.All(item => item.Arguments.Count == 1) =>
            new JsonArray([.. list.Initializers.Select(item => Write(item.Arguments[0], item.Arguments[0].Type))]),
        JsonTypeInfoKind.Dictionary when list.Initializers.All(item => item.Arguments is [{ } key, _] && key.Type == typeof(string)) => WriteDictionary(list),
        _ => throw Refused(list, $"{CSharpName.Of(list.Type)} is not written as a list, or as an object with texts as names."),
    };

    private JsonObject WriteDictionary(ListInitExpression dictionary)
    {
        JsonObject written = [];
        foreach (ElementInit entry in dictionary.Initializers)
        {
            string key = ExpressionValue.TryRead(entry.Arguments[0], out object? name) && name is string text ? text : throw Refused(entry.Arguments[0], "A name must be known now.");
            if (!written.TryAdd(options.DictionaryKeyPolicy?.ConvertName(key) ?? key, Write(entry.Arguments[1], entry.Arguments[1].Type)))
            {
                throw Refused(dictionary, $"The name '{key}' appears twice.");
            }
        }

        return written;
    }

    private ArgumentException Refused(Expression part, string remedy) => new(
        $"{input} cannot hold '{ExpressionText.Of(part)}'. {remedy} Allowed are new objects, arrays and lists, of references such as outputs.Of(sales).Rows[0], and of constants, variables, fields and properties.");
}
