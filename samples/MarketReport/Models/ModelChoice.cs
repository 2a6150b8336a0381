namespace MarketReport.Models;

/// <summary>Who plans and writes.</summary>
internal sealed record ModelChoice
{
    public const string OfflineName = "offline";
    public const string OpenAIPrefix = "openai:";

    private ModelChoice(string? openAIName) => OpenAIName = openAIName;

    public static ModelChoice Offline { get; } = new(openAIName: null);

    /// <summary>The model's name at the endpoint, or <see langword="null"/> for the rules that work offline.</summary>
    public string? OpenAIName { get; }

    /// <summary>What the report and the terminal say about it.</summary>
    public string Statement => OpenAIName is null
        ? "No model was used: the plan and the prose were made by rules (--model offline). Every figure is computed from the data."
        : $"The plan and the prose were written by the model {OpenAIName}. Every figure is computed from the data.";

    public static ModelChoice? TryParse(string text) => text switch
    {
        OfflineName => Offline,
        _ when text.StartsWith(OpenAIPrefix, StringComparison.Ordinal) && text.Length > OpenAIPrefix.Length => new ModelChoice(text[OpenAIPrefix.Length..]),
        _ => null,
    };
}
