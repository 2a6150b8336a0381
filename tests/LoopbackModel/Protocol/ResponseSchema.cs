using System.Text.Json;

namespace LoopbackModel.Protocol;

internal sealed record ResponseSchema
{
    public required string Name { get; init; }

    public string? Description { get; init; }

    public JsonElement? Schema { get; init; }

    public bool? Strict { get; init; }
}
