namespace AgentOrchestration.Runs;

/// <summary>A value of options that knows whether it was set, so that what was left out takes the default of the application.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
internal readonly record struct Setting<T>
{
    private readonly T _value;

    private Setting(T value) => (_value, IsSet) = (value, true);

    public bool IsSet { get; }

    public static implicit operator Setting<T>(T value) => new(value);

    public T Or(T ifNotSet) => IsSet ? _value : ifNotSet;

    public Setting<T> Or(Setting<T> ifNotSet) => IsSet ? this : ifNotSet;
}
