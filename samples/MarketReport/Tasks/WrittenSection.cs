using MarketReport.Facts;
using MarketReport.Writing;

namespace MarketReport.Tasks;

/// <summary>A section with its facts in place, and what was left out of it.</summary>
internal sealed record WrittenSection(FactSheet Facts, FilledProse Prose);
