namespace AgentOrchestration.Plans.Reading;

/// <summary>How sure it is that a text is a reference.</summary>
internal enum TemplateStyle
{
    /// <summary>Only written for a reference: <c>{{x}}</c>, <c>${x}</c>, <c>$.x</c>, <c>&lt;x.output&gt;</c>.</summary>
    Sure,

    /// <summary>May also be text, such as a price or a tag: <c>$5</c>, <c>&lt;b&gt;</c>, <c>#E2</c>.</summary>
    Likely,

    /// <summary>A reference only where the subtask is a dependency: <c>x.output</c>, <c>@x</c>.</summary>
    Possible,
}
