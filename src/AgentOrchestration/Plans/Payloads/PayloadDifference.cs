using System.Globalization;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Json;

namespace AgentOrchestration.Plans.Payloads;

/// <summary>A place at which what JSON returns is not what was written.</summary>
/// <param name="Path">A JSON pointer to the place; empty for the whole.</param>
/// <param name="What">The difference, in words.</param>
internal sealed record PayloadDifference(string Path, string What)
{
    /// <summary>The difference of two values that are of different types, or are not the same.</summary>
    public static PayloadDifference Between(object? written, object? read) => new("", $"{Describe(written, read)} comes back as {Describe(read, written)}");

    /// <summary>The difference as one of a part.</summary>
    public PayloadDifference Under(string name) => this with { Path = $"/{JsonPointer.Escape(Excerpt.Of(Texts.Whole(name)))}{Path}" };

    public PayloadDifference Under(int index) => this with { Path = $"/{index.ToString(CultureInfo.InvariantCulture)}{Path}" };

    public override string ToString() => Path.Length == 0 ? What : $"at '{Path}', {What}";

    /// <summary>A value by its text where that shows the difference, otherwise by its type.</summary>
    private static string Describe(object? value, object? other) => value switch
    {
        null => "null",
        char half when char.IsSurrogate(half) => "half a character (an unpaired surrogate)",
        string text when Texts.HasHalfCharacter(text) => "a text with half a character (an unpaired surrogate)",
        string text when other is string or null => $"'{Excerpt.Of(text)}'",
        IFormattable number when number.GetType() is { IsPrimitive: true } or { IsEnum: true } or { Namespace: "System" } && (other is null || other.GetType() == number.GetType()) =>
            Excerpt.Of(number.ToString(null, CultureInfo.InvariantCulture)),
        bool truth when other is bool or null => truth ? "true" : "false",
        _ => $"an instance of {CSharpName.Of(value.GetType())}",
    };
}
