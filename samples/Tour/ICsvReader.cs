namespace Tour;

/// <summary>A service of the application that a task type uses.</summary>
public interface ICsvReader
{
    Task<Table> ReadAsync(string path, CancellationToken cancellationToken);
}
