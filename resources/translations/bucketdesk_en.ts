<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_GB" sourcelanguage="en_GB">
<context>
    <name>Closing</name>
    <message numerus="yes">
        <source>Pause %Ln activity(s) and quit?</source>
        <translation>
            <numerusform>Pause %Ln activity and quit?</numerusform>
            <numerusform>Pause %Ln activities and quit?</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>HistoryTab</name>
    <message numerus="yes">
        <source>%Ln can be undone</source>
        <translation>
            <numerusform>%Ln can be undone</numerusform>
            <numerusform>%Ln can be undone</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln run(s)</source>
        <translation>
            <numerusform>%Ln run</numerusform>
            <numerusform>%Ln runs</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Opening</name>
    <message numerus="yes">
        <source>Pause %Ln activity(s) and open another project?</source>
        <translation>
            <numerusform>Pause %Ln activity and open another project?</numerusform>
            <numerusform>Pause %Ln activities and open another project?</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Purge</name>
    <message numerus="yes">
        <source>%Ln object(s)</source>
        <translation>
            <numerusform>%Ln object</numerusform>
            <numerusform>%Ln objects</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Runs</name>
    <message numerus="yes">
        <source>%Ln failed</source>
        <translation>
            <numerusform>%Ln failed</numerusform>
            <numerusform>%Ln failed</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln left alone because of a change meanwhile</source>
        <translation>
            <numerusform>%Ln left alone because of a change meanwhile</numerusform>
            <numerusform>%Ln left alone because of a change meanwhile</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln skipped</source>
        <translation>
            <numerusform>%Ln skipped</numerusform>
            <numerusform>%Ln skipped</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Undo %1 of %2 (%Ln change(s))?</source>
        <translation>
            <numerusform>Undo %1 of %2 (%Ln change)?</numerusform>
            <numerusform>Undo %1 of %2 (%Ln changes)?</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Scan</name>
    <message numerus="yes">
        <source>(and %Ln more)</source>
        <translation>
            <numerusform>(and %Ln more)</numerusform>
            <numerusform>(and %Ln more)</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Words</name>
    <message numerus="yes">
        <source>%Ln byte(s)</source>
        <translation>
            <numerusform>%Ln byte</numerusform>
            <numerusform>%Ln bytes</numerusform>
        </translation>
    </message>
</context>
</TS>
