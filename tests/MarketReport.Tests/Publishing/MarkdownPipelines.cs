using Markdig;

namespace MarketReport.Tests.Publishing;

/// <summary>What a viewer of report.md may do, raw HTML and bare addresses included.</summary>
internal static class MarkdownPipelines
{
    public static MarkdownPipelineBuilder UsePipeTablesAndLinks(this MarkdownPipelineBuilder builder) => builder.UsePipeTables().UseAutoLinks();
}
