using System.Text.RegularExpressions;

namespace AgentOrchestration.Postgres;

/// <summary>Configures a store of runs in PostgreSQL.</summary>
/// <example>
/// <code>
/// services.AddAgentOrchestration().UsePostgres("Host=db;Database=app;Username=app;Password=…", options => options.Migrate = false);
/// </code>
/// </example>
public sealed partial class PostgresRunStoreOptions
{
    /// <summary>Gets or sets the schema that holds the tables. Stores with different schemas know nothing of each other's runs.</summary>
    /// <value>1 to 63 of a-z 0-9 _, not beginning with a digit. The default value is "ao".</value>
    public string Schema { get; set; } = "ao";

    /// <summary>Gets or sets a value indicating whether the store creates its schema and tables, and brings those of an older version up to date.</summary>
    /// <value>
    /// The default value is <see langword="true"/>. When it is <see langword="false"/>, an administrator runs the scripts in the folder <c>sql</c> of
    /// the package, and a store without its tables is refused.
    /// </value>
    public bool Migrate { get; set; } = true;

    /// <summary>
    /// Gets or sets a value indicating whether a server is accepted that may lose what it has committed when it crashes (<c>synchronous_commit = off</c> or
    /// <c>fsync = off</c>). A run that continues after such a loss does work again that was finished.
    /// </summary>
    /// <value>The default value is <see langword="false"/>: such a server is refused.</value>
    public bool AcceptLossyServer { get; set; }

    /// <summary>
    /// Gets or sets the clock by which leases expire instead of the database server's. For tests with a clock of their own: processes that share
    /// runs must share the clock too.
    /// </summary>
    /// <value>The default value is <see langword="null"/>: the clock of the database server.</value>
    public TimeProvider? LeaseClock { get; set; }

    /// <summary>Copies the options, so that later changes change nothing.</summary>
    /// <exception cref="ArgumentException"><see cref="Schema"/> is not valid.</exception>
    internal PostgresRunStoreOptions Checked() => SchemaForm().IsMatch(Schema ?? "")
        ? (PostgresRunStoreOptions)MemberwiseClone()
        : throw new ArgumentException($"'{Schema}' is not a valid schema: use 1 to 63 of a-z 0-9 _, not beginning with a digit.");

    [GeneratedRegex(@"\A[a-z_][a-z0-9_]{0,62}\z", RegexOptions.CultureInvariant)]
    private static partial Regex SchemaForm();
}
