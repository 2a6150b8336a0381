using Microsoft.Extensions.Options;

namespace AgentOrchestration.DependencyInjection;

/// <summary>What the attributes of the options say; generated.</summary>
[OptionsValidator]
internal sealed partial class AgentOrchestrationOptionsValidator : IValidateOptions<AgentOrchestrationOptions>;
