using System.Globalization;

namespace AgentOrchestration.Postgres.Tests;

/// <summary>How many cases a property is checked with.</summary>
internal static class Simulations
{
    /// <summary>The number that a change is checked with; ORCHESTRATION_SIMULATIONS multiplies it, for a night's worth.</summary>
    public static int Of(int count) =>
        count * (int.TryParse(Environment.GetEnvironmentVariable("ORCHESTRATION_SIMULATIONS"), CultureInfo.InvariantCulture, out int factor) ? Math.Max(1, factor) : 1);
}
