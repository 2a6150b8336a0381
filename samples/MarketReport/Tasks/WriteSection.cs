using AgentOrchestration;
using MarketReport.Models;
using MarketReport.Writing;
using Microsoft.Extensions.AI;

namespace MarketReport.Tasks;

/// <summary>
/// Lets the model write, with placeholders for facts. A figure that is no computed fact goes back to it once; what is foreign after
/// that is left out, sentence by sentence, and reported.
/// </summary>
[TaskType("write_section", Description = "Writes the prose of one section from the facts of its analysis.", Effect = TaskEffect.Read)]
internal sealed class WriteSection(ReportSettings settings) : ITaskHandler<SectionBrief, WrittenSection>
{
    public async ValueTask<WrittenSection> ExecuteAsync(SectionBrief input, TaskContext context, CancellationToken cancellationToken)
    {
        if (input.Section != input.Facts.Id)
        {
            throw new InvalidOperationException($"The section '{input.Section}' cannot be written from the facts of '{input.Facts.Id}'.");
        }

        List<ChatMessage> messages = WritingPrompt.Create(settings.Topic, input.Facts);
        string text = await AskAsync(messages, context, cancellationToken);
        ProseFindings findings = Prose.Check(text, input.Facts.Facts, input.Facts.Names);
        if (!findings.IsClean)
        {
            context.ReportProgress(0.5, "sent back");
            messages.AddRange(WritingPrompt.SendBack(text, findings));
            text = await AskAsync(messages, context, cancellationToken);
        }

        FilledProse prose = Prose.Fill(text, input.Facts.Facts, input.Facts.Names);
        return prose.Paragraphs.Count > 0 || prose.LeftOut.Count > 0
            ? new WrittenSection(input.Facts, prose)
            : throw new InvalidOperationException($"The model wrote nothing for the section '{input.Section}'.");
    }

    private static async Task<string> AskAsync(List<ChatMessage> messages, TaskContext context, CancellationToken cancellationToken) =>
        (await context.Chat.GetResponseAsync(messages, options: null, cancellationToken)).Text;
}
