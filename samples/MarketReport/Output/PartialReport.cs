using System.Text;
using AgentOrchestration;
using MarketReport.Publishing;
using MarketReport.Tasks;

namespace MarketReport.Output;

/// <summary>What there is of a report whose run did not succeed: the finished sections, and what is missing and why.</summary>
internal static class PartialReport
{
    public const string FileName = "partial-report.md";

    public static string Render(string topic, RunResult result)
    {
        var text = new StringBuilder().AppendLine($"# {MarkdownText.Plain(topic)} (partial)").AppendLine();
        text.AppendLine($"The run {result.Run.RunId} ended as {result.Outcome.ToString().ToLowerInvariant()}; this is what was finished.").AppendLine();
        foreach (WrittenSection section in result.Succeeded.Select(subtask => subtask.Output).OfType<WrittenSection>())
        {
            text.AppendLine($"## {MarkdownText.Plain(section.Facts.Title)}").AppendLine();
            foreach (string paragraph in section.Prose.Paragraphs)
            {
                text.AppendLine(MarkdownText.Prose(paragraph)).AppendLine();
            }
        }

        text.AppendLine("## Not finished").AppendLine();
        foreach (SubtaskSnapshot subtask in result.Subtasks.Where(subtask => subtask.State != SubtaskState.Succeeded))
        {
            text.AppendLine($"- {MarkdownText.Plain(subtask.Subtask.Name)}: {MarkdownText.Plain(Describe(subtask))}");
        }

        return text.ToString();
    }

    public static string Describe(SubtaskSnapshot subtask) => subtask.State switch
    {
        SubtaskState.Failed => $"failed: {(subtask.Error?.Exception is { } exception ? Models.ModelFailure.Describe(exception) : null) ?? subtask.Error?.Message}",
        SubtaskState.Skipped => $"skipped, because {subtask.SkippedBecauseOf} failed",
        SubtaskState.Cancelled => subtask.Abandoned ? "cancelled, but did not stop" : "cancelled",
        _ => subtask.State.ToString(),
    };
}
