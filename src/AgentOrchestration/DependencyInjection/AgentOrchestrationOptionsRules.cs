using AgentOrchestration.Runs;
using Microsoft.Extensions.Options;

namespace AgentOrchestration.DependencyInjection;

/// <summary>What attributes cannot say.</summary>
internal sealed class AgentOrchestrationOptionsRules : IValidateOptions<AgentOrchestrationOptions>
{
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan ShortestLease = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(30);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, AgentOrchestrationOptions options)
    {
        var result = new ValidateOptionsResultBuilder();
        foreach ((string property, string reason) in RunOptionsRules.WhyInvalid(options.Runs))
        {
            result.AddError(reason, $"{nameof(options.Runs)}.{property}");
        }

        if (options.Runs.RunId is not null)
        {
            result.AddError("It is set, but it names one run: set it in the options of a start.", $"{nameof(options.Runs)}.{nameof(RunOptions.RunId)}");
        }

        if (options.LeaseDuration < ShortestLease || options.LeaseDuration > LongestInterval)
        {
            result.AddError($"It is {options.LeaseDuration}; it must be from {ShortestLease} to {LongestInterval}.", nameof(options.LeaseDuration));
        }

        if (!Enum.IsDefined(options.Planning.ApprovalScope))
        {
            result.AddError($"{options.Planning.ApprovalScope} is nothing that can be held.", nameof(options.Planning.ApprovalScope));
        }

        if (options.Planning.MaxTime <= TimeSpan.Zero || options.Planning.MaxTime > LongestTimeout)
        {
            result.AddError(
                $"It is {options.Planning.MaxTime}; it must be greater than zero and at most {LongestTimeout}.", nameof(options.Planning.MaxTime));
        }

        if (options.Planning.MaxIdleTime <= TimeSpan.Zero || options.Planning.MaxIdleTime > LongestTimeout)
        {
            result.AddError(
                $"It is {options.Planning.MaxIdleTime}; it must be greater than zero and at most {LongestTimeout}.", nameof(options.Planning.MaxIdleTime));
        }

        if (options.Monitoring.SamplingInterval < ShortestInterval || options.Monitoring.SamplingInterval > LongestInterval)
        {
            result.AddError(
                $"It is {options.Monitoring.SamplingInterval}; it must be from {ShortestInterval} to {LongestInterval}.",
                nameof(options.Monitoring.SamplingInterval));
        }

        if (options.JsonSerializerOptions is null)
        {
            result.AddError("It is null.", nameof(options.JsonSerializerOptions));
        }

        return result.Build();
    }
}
