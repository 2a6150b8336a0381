using System.ComponentModel.DataAnnotations;

namespace AgentOrchestration.Tests.Graph;

/// <summary>What a schema can say, and what only the type's own code can.</summary>
internal sealed record Picky
{
    public Picky(byte small) => Small = small != 13 ? small : throw new IndexOutOfRangeException("Not 13.");

    public byte Small { get; }

    [Range(1, 10, MinimumIsExclusive = true)]
    public int Positive { get; init; } = 2;

    [RegularExpression("^Q[1-4]$")]
    public string Quarter { get; init; } = "Q1";

    [MaxLength(3)]
    public string Short { get; init; } = "";

    [DeniedValues("root")]
    public string User { get; init; } = "";

    public Uri? Address { get; init; }
}
