using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Plans.Preview;

namespace AgentOrchestration.Plans.Reading;

/// <summary>A text that is, as a whole, a reference in the style of another system: <c>{{x.output.rows}}</c>, <c>$x</c>, <c>#E2</c>.</summary>
/// <param name="Style">How sure that is.</param>
/// <param name="Inner">What it refers to, without the signs around it.</param>
internal sealed record TemplateReference(TemplateStyle Style, string Inner)
{
    private const int Longest = 300;

    /// <summary>What appears in front of an id in some styles.</summary>
    private static readonly HashSet<string> Containers = new(StringComparer.OrdinalIgnoreCase)
    {
        "steps", "step", "tasks", "task", "subtasks", "subtask", "nodes", "node", "outputs", "output", "results", "result", "context", "state", "vars", "variables", "dependencies",
    };

    /// <summary>What says that the output is meant.</summary>
    private static readonly HashSet<string> Markers = new(StringComparer.OrdinalIgnoreCase) { "output", "outputs", "result", "results", "value", "response", "return", "answer" };

    /// <summary>What appears in no name and in no path.</summary>
    private static readonly SearchValues<char> NoNames = SearchValues.Create("{}<>:,;\\()=\n");

    private static readonly (string Open, string Close, TemplateStyle Style)[] Signs =
    [
        ("${{", "}}", TemplateStyle.Sure), ("{{", "}}", TemplateStyle.Sure), ("${", "}", TemplateStyle.Sure), ("[[", "]]", TemplateStyle.Sure), ("{%", "%}", TemplateStyle.Sure),
        ("{", "}", TemplateStyle.Sure), ("<", ">", TemplateStyle.Likely), ("%", "%", TemplateStyle.Likely), ("$.", "", TemplateStyle.Sure), ("$", "", TemplateStyle.Sure),
        ("#", "", TemplateStyle.Likely), ("@", "", TemplateStyle.Possible),
    ];

    /// <summary>Gets a value that indicates that something is to be done with the output before it is used, which no reference can say.</summary>
    public bool HasFilter { get; private init; }

    /// <summary>Reads a text.</summary>
    /// <returns>The reference, or <see langword="null"/> when it is text.</returns>
    public static TemplateReference? TryParse(string text)
    {
        string trimmed = text.Trim();
        if (trimmed.Length is 0 or > Longest)
        {
            return null;
        }

        if (trimmed[0] == '{' && trimmed.Contains(SubtaskOutput.PropertyName, StringComparison.Ordinal) && EncodedJson.Read(trimmed) is { } json && SubtaskOutput.TryRead(json, out SubtaskOutput output))
        {
            return new TemplateReference(TemplateStyle.Sure, output.Text);
        }

        foreach ((string open, string close, TemplateStyle style) in Signs)
        {
            if (!trimmed.StartsWith(open, StringComparison.Ordinal))
            {
                continue;
            }

            int end = close.Length == 0 ? trimmed.Length : trimmed.LastIndexOf(close, StringComparison.Ordinal);
            if (end <= open.Length - 1)
            {
                continue;
            }

            string after = trimmed[(end + close.Length)..];
            string inner = trimmed[open.Length..end];
            return after.Length > 0 && after[0] is not ('.' or '[' or '/') ? null : Of(style, inner.Trim().TrimEnd('/') + after);
        }

        string[] steps = Split(trimmed);
        return steps.Length > 1 && Markers.Contains(steps[1]) ? Of(TemplateStyle.Possible, trimmed) : null;
    }

    /// <summary>Decides whether there is a text in the arguments of a subtask that may be a reference.</summary>
    public static bool MayStandIn(Subtask subtask)
    {
        if (subtask.Plan is { } plan)
        {
            return plan.Subtasks.Any(MayStandIn);
        }

        return (subtask.Arguments is { } arguments && MayStandIn(arguments)) || (subtask.Items is { } items && MayStandIn(items));
    }

    private static bool MayStandIn(JsonElement arguments)
    {
        // Most arguments hold no such text, and this is asked of every subtask.
        ReadOnlySpan<byte> json = JsonMarshal.GetRawUtf8Value(arguments);
        return (HasSign(json) || HasMarker(json)) && ArgumentsText.WhyUnreadable(arguments) is null && StandsIn(arguments);
    }

    /// <summary>Finds the output that is meant.</summary>
    /// <param name="names">The subtasks that may be referred to.</param>
    /// <param name="marker">The word that was taken to say that the output is meant, and that a part of the output may have as its name.</param>
    /// <returns>The output, or <see langword="null"/> when no subtask is named.</returns>
    public SubtaskOutput? Resolve(SubtaskNames names, out string? marker)
    {
        marker = null;
        if (names.Resolve(Inner) is { } whole)
        {
            return new SubtaskOutput(whole, "");
        }

        string[] steps = Split(Inner);
        int named = names.Resolve(steps[0]) is not null ? 0 : steps.Length > 1 && Containers.Contains(steps[0]) && names.Resolve(steps[1]) is not null ? 1 : -1;
        if (named < 0)
        {
            return null;
        }

        string[] path = steps[(named + 1)..];
        if (path.Length > 0 && Markers.Contains(path[0]))
        {
            marker = path[0];
            path = path[1..];
        }

        return new SubtaskOutput(names.Resolve(steps[named])!, string.Concat(path.Select(step => "/" + JsonPointer.Escape(step))));
    }

    /// <summary>Gets the number in <c>#E2</c>, which represents the output of the second step.</summary>
    public int? Position => Style == TemplateStyle.Likely && Inner.Length is 2 or 3 && Inner[0] == 'E' && int.TryParse(Inner.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int position) ? position : null;

    private static TemplateReference? Of(TemplateStyle style, string inner)
    {
        int filter = inner.IndexOf('|', StringComparison.Ordinal);
        string named = (filter < 0 ? inner : inner[..filter]).Trim();
        if (named.Length == 0 || named.AsSpan().ContainsAny(NoNames) || (named.Contains('"', StringComparison.Ordinal) && !named.Contains("[\"", StringComparison.Ordinal)))
        {
            return null;
        }

        bool hasMarker = Split(named).Skip(1).Take(2).Any(Markers.Contains);
        TemplateStyle sure = style == TemplateStyle.Likely && hasMarker ? TemplateStyle.Sure
            : style == TemplateStyle.Sure && char.IsAsciiDigit(named[0]) && !hasMarker ? TemplateStyle.Likely
            : style;
        return new TemplateReference(sure, named) { HasFilter = filter >= 0 };
    }

    /// <summary>The steps of <c>a.b[0]["c"]/d</c>.</summary>
    private static string[] Split(string text)
    {
        string[] steps = text.Split(['.', '/', '[', ']'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return steps.Length == 0 ? [text] : Array.ConvertAll(steps, step => step.Trim('"', '\''));
    }

    /// <summary>Decides whether a text may begin with a sign.</summary>
    private static bool HasSign(ReadOnlySpan<byte> json)
    {
        for (int quote = json.IndexOf((byte)'"'); quote >= 0 && quote + 1 < json.Length; quote = json.IndexOf((byte)'"'))
        {
            json = json[(quote + 1)..];
            switch (json[0])
            {
                case (byte)'{' or (byte)'[' or (byte)'<' or (byte)'#' or (byte)'@' or (byte)'%' or (byte)' ':
                case (byte)'$' when !json.StartsWith("$output\""u8) && !json.StartsWith("$item\""u8):
                case (byte)'\\' when !json.StartsWith("\\u"u8) || json.StartsWith("\\u00"u8):
                    return true;
            }
        }

        return false;
    }

    /// <summary>Decides whether a word may stand in a text that says that an output is meant.</summary>
    private static bool HasMarker(ReadOnlySpan<byte> json)
    {
        for (int dot = json.IndexOf((byte)'.'); dot >= 0; dot = json.IndexOf((byte)'.'))
        {
            json = json[(dot + 1)..];
            if (json.Length > 0 && (json[0] | 0x20) is 'o' or 'r' or 'v' or 'a')
            {
                return true;
            }
        }

        return false;
    }

    private static bool StandsIn(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => TryParse(element.GetString()!) is not null,
        JsonValueKind.Array => element.EnumerateArray().Any(StandsIn),
        JsonValueKind.Object => !SubtaskOutput.TryRead(element, out _) && element.EnumerateObject().Any(property => StandsIn(property.Value)),
        _ => false,
    };
}
