using AgentOrchestration;
using MarketReport.Publishing;

namespace MarketReport.Tasks;

[TaskType("assemble", Description = "Puts data, sections and charts together into the report. The last step.", Effect = TaskEffect.Read)]
internal sealed class Assemble(ReportSettings settings) : ITaskHandler<AssemblyParts, ReportDocument>
{
    public ValueTask<ReportDocument> ExecuteAsync(AssemblyParts input, TaskContext context, CancellationToken cancellationToken)
    {
        string[] missing = [.. ReportSettings.Sections.Except(input.Sections.Select(section => section.Facts.Id), StringComparer.Ordinal)];
        if (missing.Length > 0)
        {
            throw new InvalidOperationException($"The plan has no section {string.Join(", ", missing)}.");
        }

        WrittenSection[] sections =
        [
            .. ReportSettings.Sections.Select(id => input.Sections.First(section => section.Facts.Id == id)),
        ];
        return ValueTask.FromResult(ReportComposer.Compose(
            input.Data,
            settings.Topic,
            [.. sections.Select(section => section.Facts)],
            input.Charts,
            sections.ToDictionary(section => section.Facts.Id, section => section.Prose, StringComparer.Ordinal),
            settings.Model.Statement,
            settings.DataSource));
    }
}
