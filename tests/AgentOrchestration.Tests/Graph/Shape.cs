using System.Text.Json.Serialization;

namespace AgentOrchestration.Tests.Graph;

/// <summary>Alternatives that contain each other.</summary>
[JsonDerivedType(typeof(Circle), "circle")]
[JsonDerivedType(typeof(Square), "square")]
internal abstract record Shape
{
    public int Size { get; init; }

    public Shape? Inner { get; init; }

    public sealed record Circle : Shape;

    public sealed record Square : Shape;
}
