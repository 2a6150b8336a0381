using System.Globalization;
using AgentOrchestration.Benchmarks.Graphs;

namespace AgentOrchestration.Benchmarks.Compare;

/// <summary>One race: the graph, the body, who takes part, and how often.</summary>
internal sealed record RaceSetting(string Shape, int Size, TaskBody Body, IReadOnlyList<Contender> Contenders, Effort Effort)
{
    /// <summary>The part of it that the words leave: of each kind of word that is named at all, only what is named.</summary>
    public RaceSetting? Only(IReadOnlyCollection<string> words)
    {
        string[] bodies = [TaskBody.Synchronous.Name, TaskBody.Yielding.Name];
        string[] engines = [.. Contender.All.Select(contender => contender.Name)];
        bool IsLeft(string word, Func<string, bool> isOfItsKind) => words.Contains(word) || !words.Any(isOfItsKind);

        return IsLeft(Shape, GraphShapes.All.Contains) && IsLeft(Body.Name, bodies.Contains)
            && IsLeft(Size.ToString(CultureInfo.InvariantCulture), word => int.TryParse(word, out _))
            ? this with { Contenders = [.. Contenders.Where(contender => contender.Name == Contender.Floor || IsLeft(contender.Name, engines.Contains))] }
            : null;
    }
}
