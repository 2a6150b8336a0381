using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Json;

namespace AgentOrchestration.Graph.Checking;

/// <summary>
/// Checks a value against a schema and names every misfit. References stand for values that are not there yet: they are handed
/// out with the schema of their place instead of being checked, which is why no general validator serves here. The value is hostile
/// input: the number of misfits that are reported is bounded, and no alternative is tried twice on one value.
/// </summary>
internal sealed class JsonSchemaCheck(
    JsonElement schema,
    Func<JsonElement, bool> isReference,
    Action<JsonSchemaNode, JsonElement, JsonPlace> onReference,
    Action<JsonPlace, string> onMisfit,
    PatternMatcher patterns)
{
    /// <summary>Who has made a hundred mistakes in one value learns nothing from the next thousand.</summary>
    public const int MaxMisfits = 100;

    private const int LongestShown = 40;

    /// <summary>Choices are what a misfit is corrected by, so that more of them is shown.</summary>
    private const int LongestChoice = 1_000;

    /// <summary>
    /// Whether a value fits a schema, by where the two stand in their texts. Without it, alternatives that contain each other take as
    /// many steps as 2 to the power of the value's depth.
    /// </summary>
    private readonly Dictionary<(int Schema, int Value), bool> _trials = [];

    /// <summary>
    /// Gets whether the value is an output and no text of a plan: properties that the schema does not name are passed over and null may be anywhere,
    /// as when the value is read.
    /// </summary>
    public bool AcceptsMore { get; init; }

    /// <summary>Gets whether the case of a property's name does not count when the value is read.</summary>
    public bool IgnoresCase { get; init; }

    private JsonElement _root;
    private int _misfitsLeft = MaxMisfits;
    private bool _isTrial;
    private bool _trialFailed;

    /// <summary>Nothing more can be learnt.</summary>
    private bool IsDecided => _isTrial ? _trialFailed : _misfitsLeft == 0;

    public void Run(JsonElement value) => Run(JsonSchemaNode.Root(schema), value);

    /// <summary>Checks a value against a schema within the document.</summary>
    public void Run(JsonSchemaNode node, JsonElement value)
    {
        _root = value;
        Check(node, value, JsonPlace.Root);
    }

    /// <summary>A part of the value, or the value once more.</summary>
    private void Visit(JsonSchemaNode node, JsonElement value, JsonPlace place)
    {
        if (!_isTrial)
        {
            Check(node, value, place);
        }
        else if (!Fits(node, value))
        {
            _trialFailed = true;
        }
    }

    private void Check(JsonSchemaNode node, JsonElement value, JsonPlace place)
    {
        if (isReference(value))
        {
            if (!_isTrial)
            {
                onReference(node, value, place);
            }

            return;
        }

        if (node.IsNever)
        {
            Misfit(place, "No value is allowed here.");
            return;
        }

        if (AcceptsMore && value.ValueKind == JsonValueKind.Null)
        {
            return;
        }

        if (!node.Types().Any(type => HasType(value, type)))
        {
            Misfit(place, $"{Describe(value)} was found where {string.Join(" or ", node.Types())} is expected.");
            return;
        }

        CheckChoice(node, value, place);
        CheckRange(node, value, place);
        CheckPattern(node, value, place);
        if (value.ValueKind == JsonValueKind.Object)
        {
            CheckProperties(node, value, place);
        }
        else if (value.ValueKind == JsonValueKind.Array)
        {
            CheckItems(node.Items(), value, place);
        }
    }

    private void CheckItems(JsonSchemaNode items, JsonElement value, JsonPlace place)
    {
        int index = 0;
        foreach (JsonElement item in value.EnumerateArray())
        {
            if (IsDecided)
            {
                return;
            }

            Visit(items, item, place.At(index++));
        }
    }

    private void CheckProperties(JsonSchemaNode node, JsonElement value, JsonPlace place)
    {
        foreach (string name in node.Required().Where(name => !Has(value, name)))
        {
            Misfit(place, $"The property '{name}' is missing.");
        }

        HashSet<string>? seen = null;
        foreach (JsonProperty property in value.EnumerateObject())
        {
            if (IsDecided)
            {
                return;
            }

            JsonPlace at = place.At(property.Name);
            if (IgnoresCase && OtherNameOf(node, property.Name) is { } name)
            {
                if (!(seen ??= new(StringComparer.OrdinalIgnoreCase)).Add(name) || value.TryGetProperty(name, out _))
                {
                    Misfit(at, $"The property '{name}' is there twice.");
                }

                Visit(node.Property(name)!.Value, property.Value, at);
            }
            else if (node.Property(property.Name) is { } schemaOfProperty)
            {
                Visit(schemaOfProperty, property.Value, at);
            }
            else if (!AcceptsMore)
            {
                Misfit(at, $"There is no property '{Excerpt.Of(property.Name)}'.");
            }
        }
    }

    private bool Has(JsonElement value, string name) =>
        value.TryGetProperty(name, out _)
        || (IgnoresCase && value.EnumerateObject().Any(property => property.Name.Equals(name, StringComparison.OrdinalIgnoreCase)));

    /// <summary>The name under which the schema has a property whose name is written in another case.</summary>
    private static string? OtherNameOf(JsonSchemaNode node, string name)
    {
        if (node.Keyword("properties") is not { } properties || properties.TryGetProperty(name, out _))
        {
            return null;
        }

        foreach (JsonProperty property in properties.EnumerateObject())
        {
            if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return property.Name;
            }
        }

        return null;
    }

    private void CheckChoice(JsonSchemaNode node, JsonElement value, JsonPlace place)
    {
        if (node.Keyword("enum") is { ValueKind: JsonValueKind.Array } choices && !choices.EnumerateArray().Any(choice => JsonEquality.AreEqual(choice, value)))
        {
            Misfit(place, $"{Describe(value)} is none of {Describe(choices, LongestChoice)}.");
        }

        if (node.Keyword("const") is { } constant && !JsonEquality.AreEqual(constant, value))
        {
            Misfit(place, $"{Describe(value)} was found where only {Describe(constant, LongestChoice)} is allowed.");
        }

        if (node.Keyword("not") is { } excluded && Fits(node.Child(excluded), value))
        {
            Misfit(place, $"{Describe(value)} is one of the values that are not allowed here.");
        }

        JsonSchemaNode[] alternatives = [.. node.Children("anyOf"), .. node.Children("oneOf")];
        if (alternatives.Length > 0 && !alternatives.Any(alternative => Fits(alternative, value)))
        {
            Misfit(place, $"{Describe(value)} fits none of the {alternatives.Length} alternatives.");
        }

        foreach (JsonSchemaNode part in node.Children("allOf"))
        {
            Visit(part, value, place);
        }
    }

    private void CheckRange(JsonSchemaNode node, JsonElement value, JsonPlace place)
    {
        (double Size, string Least, string Most)? range = value.ValueKind switch
        {
            JsonValueKind.Number => (value.GetDouble(), "minimum", "maximum"),
            JsonValueKind.String => (value.GetString()!.Length, "minLength", "maxLength"),
            JsonValueKind.Array => (value.GetArrayLength(), "minItems", "maxItems"),
            _ => null,
        };
        if (range is not { } measured)
        {
            return;
        }

        Bound(measured.Least, least => measured.Size < least, "below");
        Bound(measured.Most, most => measured.Size > most, "above");
        if (value.ValueKind == JsonValueKind.Number)
        {
            Bound("exclusiveMinimum", least => measured.Size <= least, "not above");
            Bound("exclusiveMaximum", most => measured.Size >= most, "not below");
        }

        void Bound(string keyword, Func<double, bool> isBroken, string how)
        {
            if (node.Keyword(keyword) is { ValueKind: JsonValueKind.Number } bound && isBroken(bound.GetDouble()))
            {
                Misfit(place, $"{Describe(value)} is {how} the {keyword} of {bound.GetRawText()}.");
            }
        }
    }

    private void CheckPattern(JsonSchemaNode node, JsonElement value, JsonPlace place)
    {
        if (value.ValueKind != JsonValueKind.String || node.Keyword("pattern") is not { ValueKind: JsonValueKind.String } pattern)
        {
            return;
        }

        bool? matches = patterns.IsMatch(value.GetString()!, pattern.GetString()!);
        if (matches != true)
        {
            string how = matches is null ? "takes too long to be matched with" : "does not match";
            Misfit(place, $"{Describe(value)} {how} {Describe(pattern, LongestChoice)}.");
        }
    }

    private bool Fits(JsonSchemaNode node, JsonElement value)
    {
        if (node.IsOpen)
        {
            return true;
        }

        (int, int) pair = (OffsetIn(schema, node.Schema), OffsetIn(_root, value));
        if (_trials.TryGetValue(pair, out bool fits))
        {
            return fits;
        }

        // A schema that is an alternative of itself adds nothing.
        _trials[pair] = true;
        (bool wasTrial, bool hadFailed) = (_isTrial, _trialFailed);
        (_isTrial, _trialFailed) = (true, false);
        Check(node, value, JsonPlace.Root);
        fits = !_trialFailed;
        (_isTrial, _trialFailed) = (wasTrial, hadFailed);
        _trials[pair] = fits;
        return fits;
    }

    private static int OffsetIn(JsonElement whole, JsonElement part)
    {
        _ = JsonMarshal.GetRawUtf8Value(whole).Overlaps(JsonMarshal.GetRawUtf8Value(part), out int offset);
        return offset;
    }

    private void Misfit(JsonPlace place, string message)
    {
        if (_isTrial)
        {
            _trialFailed = true;
        }
        else if (_misfitsLeft > 0)
        {
            _misfitsLeft--;
            onMisfit(place, message);
        }
    }

    private static bool HasType(JsonElement value, string type) => value.ValueKind switch
    {
        JsonValueKind.Object => type == "object",
        JsonValueKind.Array => type == "array",
        JsonValueKind.String => type == "string",
        JsonValueKind.Number => type == "number" || (type == "integer" && JsonMarshal.GetRawUtf8Value(value).IndexOfAny(".eE"u8) < 0),
        JsonValueKind.True or JsonValueKind.False => type == "boolean",
        JsonValueKind.Null => type == "null",
        _ => false,
    };

    /// <summary>The first characters of the value's text, whatever its length.</summary>
    private static string Describe(JsonElement value, int longest = LongestShown)
    {
        ReadOnlySpan<byte> text = JsonMarshal.GetRawUtf8Value(value);
        int bytesEnough = 4 * (longest + 1);
        return Excerpt.Of(Encoding.UTF8.GetString(text[..Math.Min(text.Length, bytesEnough)]), longest);
    }
}
