using System.Globalization;

namespace AgentOrchestration.Tests.Scheduling;

/// <summary>How many runs a property is checked with.</summary>
internal static class Simulations
{
    /// <summary>
    /// The number that a change is checked with; ORCHESTRATION_SIMULATIONS multiplies it, for a night's worth, or by less than one where every test
    /// runs a thousand times, as in mutation testing.
    /// </summary>
    public static long Of(long count) =>
        double.TryParse(Environment.GetEnvironmentVariable("ORCHESTRATION_SIMULATIONS"), CultureInfo.InvariantCulture, out double factor) && factor > 0
            ? Math.Max(1, (long)(count * factor))
            : count;
}
