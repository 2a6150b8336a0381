namespace LoopbackModel.Protocol;

internal sealed record StreamOptions
{
    public bool? IncludeUsage { get; init; }
}
