namespace AgentOrchestration.Optimization;

/// <summary>Configures the cache of results.</summary>
public sealed class ResultCacheOptions
{
    /// <summary>Gets or sets how long a result is valid, of task types that have no <see cref="TaskTypeOptions.CacheTimeToLive"/> of their own.</summary>
    /// <value>Greater than zero. The default value is 1 hour.</value>
    public TimeSpan TimeToLive { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Gets or sets how many results are kept in the memory of the process, before the second level. One of more than 64 KiB counts as several. When there are
    /// more, those go first whose making cost least for their size and that were asked for least (GreedyDual-Size).
    /// </summary>
    /// <value>At least 0, for a second level alone. The default value is 1,000.</value>
    public int MaxLocalEntries { get; set; } = 1_000;

    /// <summary>
    /// Gets or sets a function that returns the partition of a run, such as its tenant: a result of one partition is never found in another, and no run waits
    /// for one of another. Called once for each run; when it throws, the run uses no cache. Results that were kept with another function are not found.
    /// </summary>
    /// <value>The default value is <see langword="null"/>: all runs are in one partition, as are those for which the function returns <see langword="null"/>.</value>
    /// <example><code>builder.UseResultCache(cache =&gt; cache.Partition = run =&gt; run.Tags.TryGetValue("tenant", out string? tenant) ? tenant : null);</code></example>
    public Func<RunOptions, string?>? Partition { get; set; }

    /// <summary>
    /// Gets or sets a value that indicates whether the results of earlier runs are taken from the run store when the host starts, as
    /// <see cref="IResultCacheControl.WarmFromJournalAsync"/> does. Nothing waits for that.
    /// </summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool WarmFromJournal { get; set; }
}
