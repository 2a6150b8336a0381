namespace AgentOrchestration.Execution.Run;

/// <summary>
/// Which attempts of cacheable work run in this process, over all runs: equal work is done once at a time. A subtask is known here from before its
/// result is looked up in the cache, so that it misses no flight that ends meanwhile. Safe for concurrent use.
/// </summary>
/// <param name="timeProvider">The clock.</param>
internal sealed class Flights(TimeProvider timeProvider)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Line> _lines = new(StringComparer.Ordinal);

    /// <summary>The number of keys that anybody is known to work for.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _lines.Count;
            }
        }
    }

    /// <summary>Makes a subtask known. It learns of a flight that runs, and of each that begins.</summary>
    public void Add(FlightWatch watch)
    {
        lock (_gate)
        {
            if (!_lines.TryGetValue(watch.Key, out Line? line))
            {
                _lines.Add(watch.Key, line = new Line());
            }

            line.Watches.Add(watch);
            if (line.Flight is { } flight && flight.Owner.RunId != watch.Self.RunId)
            {
                watch.Other = flight;
            }
        }
    }

    /// <summary>The attempt of a subtask is about to start.</summary>
    /// <returns>Whether it is to start; if not, it waits for <see cref="FlightWatch.Other"/>.</returns>
    public bool TryBegin(FlightWatch watch)
    {
        List<FlightWatch> others = [];
        lock (_gate)
        {
            if (!_lines.TryGetValue(watch.Key, out Line? line))
            {
                return true;
            }

            if (!watch.HasWaited && watch.Other is { MayHaveResult: true })
            {
                return false;
            }

            if (line.Flight is not null)
            {
                // The same work is under way, and is not waited for: it is of the same run, or too slow.
                return true;
            }

            line.Flight = watch.Own = new Flight(watch.Self, timeProvider.GetTimestamp());
            foreach (FlightWatch other in line.Watches)
            {
                if (other != watch && !other.HasWaited && other.Own is null && other.Self.RunId != watch.Self.RunId)
                {
                    other.Other = line.Flight;
                    others.Add(other);
                }
            }
        }

        others.ForEach(static other => other.OnBegun(other));
        return true;
    }

    /// <summary>The subtask waits for the flight of another.</summary>
    public void Wait(FlightWatch watch)
    {
        lock (_gate)
        {
            watch.HasWaited = true;
        }
    }

    /// <summary>The attempt of a subtask has ended, or is no longer to be waited for.</summary>
    /// <param name="watch">The subtask.</param>
    /// <param name="entry">The result, as the cache keeps it; <see langword="null"/> when there is none.</param>
    public void End(FlightWatch watch, byte[]? entry)
    {
        Flight? flight;
        lock (_gate)
        {
            flight = watch.Own;
            watch.Own = null;
            if (flight is not null && _lines.TryGetValue(watch.Key, out Line? line) && line.Flight == flight)
            {
                line.Flight = null;
            }
        }

        flight?.Complete(entry);
    }

    /// <summary>The subtask has no more to do with it.</summary>
    public void Remove(FlightWatch watch)
    {
        End(watch, entry: null);
        lock (_gate)
        {
            if (_lines.TryGetValue(watch.Key, out Line? line) && line.Watches.Remove(watch) && line.Watches.Count == 0)
            {
                _lines.Remove(watch.Key);
            }
        }
    }

    private sealed class Line
    {
        public Flight? Flight { get; set; }

        public HashSet<FlightWatch> Watches { get; } = [];
    }
}
