using System.Text.Json;

namespace LoopbackModel;

/// <summary>The <c>response_format</c> as sent, its type being <c>text</c>, <c>json_object</c> or <c>json_schema</c>.</summary>
public sealed record LoopbackResponseFormat(string Type, string? Name, JsonElement? Schema, bool? Strict);
