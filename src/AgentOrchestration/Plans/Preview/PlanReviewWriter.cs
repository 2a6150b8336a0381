using System.Text;
using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Plans.Preview;

/// <summary>Writes a review as lines of text beneath a plan.</summary>
internal static class PlanReviewWriter
{
    private const int MostIds = 5;

    public static string Write(PlanReview review)
    {
        var text = new StringBuilder("review");
        text.Append(review.Findings.Count == 0 ? ": nothing to change\n" : "\n");
        foreach ((int index, PlanFinding finding) in review.Findings.Index())
        {
            text.Append(index == review.Findings.Count - 1 ? "└─ " : "├─ ").Append(finding.Code).Append(" (")
                .AppendJoin(", ", finding.SubtaskIds.Take(MostIds).Select(id => Excerpt.Of(id)));
            if (finding.SubtaskIds.Count > MostIds)
            {
                text.Append(" and ").Append(finding.SubtaskIds.Count - MostIds).Append(" more");
            }

            text.Append("): ").Append(finding).Append('\n');
        }

        if (review.UnknownDurations.Count > 0)
        {
            text.Append(review.UnknownDurations.Count == 1 ? "The duration of 1 subtask is not known" : $"The durations of {review.UnknownDurations.Count} subtasks are not known")
                .Append(", and taken as the mean of the others.\n");
        }

        return text.ToString();
    }
}
