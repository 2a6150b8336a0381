using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using AgentOrchestration.Plans.Json;

namespace AgentOrchestration.Plans.Expressions;

/// <summary>Turns properties and indexes in code into a JSON pointer, by the names that a serializer uses.</summary>
internal sealed class MemberPath(JsonSerializerOptions options)
{
    /// <summary>Reads a path that begins at the parameter of a function.</summary>
    /// <exception cref="ArgumentException">It is something else than a path, or the JSON has no such part.</exception>
    public string Of(LambdaExpression part) => RootOf(part.Body) == part.Parameters[0]
        ? Of(part.Body)
        : throw new ArgumentException(
            $"'{ExpressionText.Of(part)}' is not a part of an output. Use properties and indexes only, such as table => table.Rows[0].Name.", nameof(part));

    /// <summary>Reads a path from its root.</summary>
    /// <exception cref="ArgumentException">The JSON has no such part.</exception>
    public string Of(Expression path)
    {
        if (Step(path) is not { } owner)
        {
            return "";
        }

        string segment = SegmentOf(path);
        return segment.Length > 0 && HasOwnConverter(owner)
            ? throw Missing(path, $"A converter writes '{ExpressionText.Of(owner)}', in a way that is not known.")
            : Of(owner) + segment;
    }

    /// <summary>Finds where a path of properties and indexes begins.</summary>
    public static Expression RootOf(Expression path)
    {
        while (Step(path) is { } owner)
        {
            path = owner;
        }

        return path;
    }

    /// <returns>What the last step of a path begins at; <see langword="null"/> at the root.</returns>
    private static Expression? Step(Expression path) => path switch
    {
        MemberExpression { Expression: { } owner } => owner,
        BinaryExpression { NodeType: ExpressionType.ArrayIndex } index => index.Left,
        MethodCallExpression { Object: { } owner, Method: { IsSpecialName: true, Name: "get_Item" }, Arguments.Count: 1 } => owner,
        UnaryExpression { NodeType: ExpressionType.Convert or ExpressionType.TypeAs, Method: null } conversion when !conversion.Type.IsValueType || Conversions.IsLossless(conversion) =>
            conversion.Operand,
        _ => null,
    };

    private string SegmentOf(Expression step) => step switch
    {
        MemberExpression { Expression: { } owner, Member.Name: "Value" } when Nullable.GetUnderlyingType(owner.Type) is not null => "",
        MemberExpression member => "/" + JsonPointer.Escape(NameOf(member.Expression!.Type, member.Member, step)),
        BinaryExpression index => "/" + IndexOf(index.Left.Type, index.Right, step),
        MethodCallExpression index => "/" + IndexOf(index.Object!.Type, index.Arguments[0], step),
        _ => "",
    };

    /// <summary>Whether a property, by itself and not by its type, is written by a converter.</summary>
    private bool HasOwnConverter(Expression step) => step switch
    {
        UnaryExpression conversion => HasOwnConverter(conversion.Operand),
        MemberExpression { Member.Name: "Value", Expression: { } nullable } when Nullable.GetUnderlyingType(nullable.Type) is not null => HasOwnConverter(nullable),
        MemberExpression { Expression: { } owner } member => JsonMembers.Find(JsonMetadata.Of(options, owner.Type), member.Member.Name) is { CustomConverter: not null },
        _ => false,
    };

    private string NameOf(Type type, MemberInfo member, Expression step)
    {
        JsonTypeInfo typeInfo = JsonMetadata.Of(options, type);
        return JsonMembers.Find(typeInfo, member.Name) is { Get: not null } property
            ? property.Name
            : throw Missing(step, $"The JSON of {CSharpName.Of(type)} has no property for '{member.Name}'.");
    }

    private string IndexOf(Type type, Expression index, Expression step)
    {
        if (!ExpressionValue.TryRead(index, out object? value))
        {
            throw Missing(step, "An index must be a constant or a variable.");
        }

        JsonTypeInfoKind kind = JsonMetadata.Of(options, type).Kind;
        return (kind, value) switch
        {
            (JsonTypeInfoKind.Enumerable, int and >= 0) => Text(value),
            (JsonTypeInfoKind.Dictionary, string key) => JsonPointer.Escape(options.DictionaryKeyPolicy?.ConvertName(key) ?? key),
            (JsonTypeInfoKind.Dictionary, int or long) => Text(value),
            (JsonTypeInfoKind.None, string key) when type.IsAssignableTo(typeof(JsonNode)) => JsonPointer.Escape(key),
            (JsonTypeInfoKind.None, int and >= 0) when type.IsAssignableTo(typeof(JsonNode)) => Text(value),
            _ => throw Missing(step, $"The JSON of {CSharpName.Of(type)} has no item '{value}'."),
        };
    }

    private static string Text(object index) => Convert.ToString(index, CultureInfo.InvariantCulture)!;

    private static ArgumentException Missing(Expression step, string reason) =>
        new($"'{ExpressionText.Of(step)}' is not a part of an output's JSON: {reason} Use properties that are written as JSON, and indexes of their lists.");
}
