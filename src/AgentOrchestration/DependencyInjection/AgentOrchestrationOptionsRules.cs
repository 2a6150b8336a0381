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
        if (options.CancellationGracePeriod < TimeSpan.Zero || options.CancellationGracePeriod > LongestInterval)
        {
            result.AddError($"It is {options.CancellationGracePeriod}; it must be from 0 to {LongestInterval}.", nameof(options.CancellationGracePeriod));
        }

        if (options.LeaseDuration < ShortestLease || options.LeaseDuration > LongestInterval)
        {
            result.AddError($"It is {options.LeaseDuration}; it must be from {ShortestLease} to {LongestInterval}.", nameof(options.LeaseDuration));
        }

        if (options.RunTimeout <= TimeSpan.Zero || options.RunTimeout > LongestTimeout)
        {
            result.AddError($"It is {options.RunTimeout}; it must be greater than zero and at most {LongestTimeout}.", nameof(options.RunTimeout));
        }

        if (options.CompensationTimeout <= TimeSpan.Zero || options.CompensationTimeout > LongestTimeout)
        {
            result.AddError(
                $"It is {options.CompensationTimeout}; it must be greater than zero and at most {LongestTimeout}.", nameof(options.CompensationTimeout));
        }

        if (!Enum.IsDefined(options.FailurePolicy))
        {
            result.AddError($"{options.FailurePolicy} is no policy.", nameof(options.FailurePolicy));
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

        if (options.Budget is { } budget && BudgetRules.WhyInvalid(budget) is { } reason)
        {
            result.AddError(reason, nameof(options.Budget));
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
