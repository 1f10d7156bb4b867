<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_GB" sourcelanguage="en_GB">
    <context>
        <name>AlertBar</name>
        <message numerus="yes">
            <source>and %Ln more…</source>
            <translation>
                <numerusform>and %Ln more…</numerusform>
                <numerusform>and %Ln more…</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>AlertsDialog</name>
        <message numerus="yes">
            <source>… and %Ln more: “bucketdesk-cli alerts” lists all.</source>
            <translation>
                <numerusform>… and %Ln more: “bucketdesk-cli alerts” lists all.</numerusform>
                <numerusform>… and %Ln more: “bucketdesk-cli alerts” lists all.</numerusform>
            </translation>
        </message>
    </context>
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
        <name>ConnectionPage</name>
        <message numerus="yes">
            <source>Connected. %Ln line(s) below say no.</source>
            <translation>
                <numerusform>Connected. One line below says no.</numerusform>
                <numerusform>Connected. %Ln lines below say no.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>ContactSheet</name>
        <message numerus="yes">
            <source>Pictures of %Ln object(s)</source>
            <translation>
                <numerusform>Pictures of %Ln object</numerusform>
                <numerusform>Pictures of %Ln objects</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>DatabaseDialog</name>
        <message numerus="yes">
            <source>%Ln thing(s) to make or bring up to date</source>
            <translation>
                <numerusform>One thing to make or bring up to date</numerusform>
                <numerusform>%Ln things to make or bring up to date</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>Details</name>
        <message numerus="yes">
            <source>Named by %Ln row(s)</source>
            <translation>
                <numerusform>Named by %Ln row</numerusform>
                <numerusform>Named by %Ln rows</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>Heading</name>
        <message numerus="yes">
            <source>%Ln finding(s) were settled since the scan at %1</source>
            <translation>
                <numerusform>%Ln finding was settled since the scan at %1</numerusform>
                <numerusform>%Ln findings were settled since the scan at %1</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln finding(s)</source>
            <translation>
                <numerusform>%Ln finding</numerusform>
                <numerusform>%Ln findings</numerusform>
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
        <name>KeepDialog</name>
        <message numerus="yes">
            <source>Keep %Ln finding(s) as they are?</source>
            <translation>
                <numerusform>Keep %Ln finding as they are?</numerusform>
                <numerusform>Keep %Ln findings as they are?</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>MappingPage</name>
        <message numerus="yes">
            <source>%Ln source(s) name(s) no file that is there</source>
            <translation>
                <numerusform>%Ln source names no file that is there</numerusform>
                <numerusform>%Ln sources name no file that is there</numerusform>
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
        <name>Questions</name>
        <message numerus="yes">
            <source>, with %Ln row(s) that go along</source>
            <translation>
                <numerusform>, with %Ln row that goes along</numerusform>
                <numerusform>, with %Ln rows that go along</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Change %Ln row(s)</source>
            <translation>
                <numerusform>Change %Ln row</numerusform>
                <numerusform>Change %Ln rows</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Delete %Ln row(s)</source>
            <translation>
                <numerusform>Delete %Ln row</numerusform>
                <numerusform>Delete %Ln rows</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Insert %Ln row(s)</source>
            <translation>
                <numerusform>Insert %Ln row</numerusform>
                <numerusform>Insert %Ln rows</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Move %Ln object(s) (%1) to %2</source>
            <translation>
                <numerusform>Move %Ln object (%1) to %2</numerusform>
                <numerusform>Move %Ln objects (%1) to %2</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>and move %Ln object(s) (%1) to %2</source>
            <translation>
                <numerusform>and move %Ln object (%1) to %2</numerusform>
                <numerusform>and move %Ln objects (%1) to %2</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>Repairs</name>
        <message numerus="yes">
            <source>%Ln finding(s)</source>
            <translation>
                <numerusform>%Ln finding</numerusform>
                <numerusform>%Ln findings</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln finding(s) kept</source>
            <translation>
                <numerusform>%Ln finding kept</numerusform>
                <numerusform>%Ln findings kept</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln finding(s) no longer kept</source>
            <translation>
                <numerusform>%Ln finding no longer kept</numerusform>
                <numerusform>%Ln findings no longer kept</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln object(s)</source>
            <translation>
                <numerusform>%Ln object</numerusform>
                <numerusform>%Ln objects</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln row(s)</source>
            <translation>
                <numerusform>%Ln row</numerusform>
                <numerusform>%Ln rows</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln step(s) planned</source>
            <translation>
                <numerusform>%Ln step planned</numerusform>
                <numerusform>%Ln steps planned</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Mark %Ln row(s) pending…</source>
            <translation>
                <numerusform>Mark %Ln row pending…</numerusform>
                <numerusform>Mark %Ln rows pending…</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Merge %Ln cop(ies)…</source>
            <translation>
                <numerusform>Merge %Ln copy…</numerusform>
                <numerusform>Merge %Ln copies…</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Rewrite %Ln path(s)…</source>
            <translation>
                <numerusform>Rewrite %Ln path…</numerusform>
                <numerusform>Rewrite %Ln paths…</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Delete %Ln row(s)…</source>
            <translation>
                <numerusform>Delete %Ln row…</numerusform>
                <numerusform>Delete %Ln rows…</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Mark %Ln row(s) as errored…</source>
            <translation>
                <numerusform>Mark %Ln row as errored…</numerusform>
                <numerusform>Mark %Ln rows as errored…</numerusform>
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
        <name>Trial</name>
        <message numerus="yes">
            <source>The project did not answer within %Ln second(s).</source>
            <translation>
                <numerusform>The project did not answer within %Ln second.</numerusform>
                <numerusform>The project did not answer within %Ln seconds.</numerusform>
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
    <context>
        <name>BucketList</name>
        <message numerus="yes">
            <source>%Ln object(s)</source>
            <translation>
                <numerusform>%Ln object</numerusform>
                <numerusform>%Ln objects</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>PlaceForm</name>
        <message numerus="yes">
            <source>%Ln SQLite file(s) found near: open the list</source>
            <translation>
                <numerusform>%Ln SQLite file found near: open the list</numerusform>
                <numerusform>%Ln SQLite files found near: open the list</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln file(s) in no folder, and so in no bucket</source>
            <translation>
                <numerusform>%Ln file in no folder, and so in no bucket</numerusform>
                <numerusform>%Ln files in no folder, and so in no bucket</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln table(s), only read</source>
            <translation>
                <numerusform>%Ln table, only read</numerusform>
                <numerusform>%Ln tables, only read</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>ProfileDialog</name>
        <message numerus="yes">
            <source>%Ln source(s) name(s) no file that is there</source>
            <translation>
                <numerusform>%Ln source names no file that is there</numerusform>
                <numerusform>%Ln sources name no file that is there</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>ProfileWords</name>
        <message numerus="yes">
            <source>%Ln row(s)</source>
            <translation>
                <numerusform>%Ln row</numerusform>
                <numerusform>%Ln rows</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>CapacityColumns</name>
        <message numerus="yes">
            <source>%Ln archived version(s) among it</source>
            <translation>
                <numerusform>%Ln archived version among it</numerusform>
                <numerusform>%Ln archived versions among it</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>CapacitySeries</name>
        <message numerus="yes">
            <source>%Ln object(s)</source>
            <translation>
                <numerusform>%Ln object</numerusform>
                <numerusform>%Ln objects</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln other(s)</source>
            <translation>
                <numerusform>%Ln other</numerusform>
                <numerusform>%Ln others</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>CapacityWords</name>
        <message numerus="yes">
            <source>%Ln day(s)</source>
            <translation>
                <numerusform>%Ln day</numerusform>
                <numerusform>%Ln days</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln month(s)</source>
            <translation>
                <numerusform>%Ln month</numerusform>
                <numerusform>%Ln months</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>Cards</name>
        <message numerus="yes">
            <source>in %Ln bucket(s)</source>
            <translation>
                <numerusform>in %Ln bucket</numerusform>
                <numerusform>in %Ln buckets</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>Report</name>
        <message numerus="yes">
            <source>and %Ln more bucket(s), less full</source>
            <translation>
                <numerusform>and %Ln more bucket, less full</numerusform>
                <numerusform>and %Ln more buckets, less full</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>WhatIfDialog</name>
        <message numerus="yes">
            <source>… and %Ln more</source>
            <translation>
                <numerusform>… and %Ln more</numerusform>
                <numerusform>… and %Ln more</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>and %Ln more</source>
            <translation>
                <numerusform>and %Ln more</numerusform>
                <numerusform>and %Ln more</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln bucket(s) fill up</source>
            <translation>
                <numerusform>%Ln bucket fill up</numerusform>
                <numerusform>%Ln buckets fill up</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln new bucket(s) needed</source>
            <translation>
                <numerusform>%Ln new bucket needed</numerusform>
                <numerusform>%Ln new buckets needed</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>No bucket reaches its overflow threshold within %Ln day(s).</source>
            <translation>
                <numerusform>No bucket reaches its overflow threshold within %Ln day.</numerusform>
                <numerusform>No bucket reaches its overflow threshold within %Ln days.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>BucketActs</name>
        <message numerus="yes">
            <source>Make %1 private and break %Ln stored link(s)?</source>
            <translation>
                <numerusform>Make %1 private and break %Ln stored link?</numerusform>
                <numerusform>Make %1 private and break %Ln stored links?</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln stored link(s) would stop working</source>
            <translation>
                <numerusform>%Ln stored link would stop working</numerusform>
                <numerusform>%Ln stored links would stop working</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%1 in %Ln object(s)</source>
            <translation>
                <numerusform>%1 in %Ln object</numerusform>
                <numerusform>%1 in %Ln objects</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>Dropping</name>
        <message numerus="yes">
            <source>… and %Ln more; History has all of them</source>
            <translation>
                <numerusform>… and %Ln more; History has all of them</numerusform>
                <numerusform>… and %Ln more; History has all of them</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Upload %Ln file(s) into %1?</source>
            <translation>
                <numerusform>Upload %Ln file into %1?</numerusform>
                <numerusform>Upload %Ln files into %1?</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Upload %Ln file(s) into %1</source>
            <translation>
                <numerusform>Upload %Ln file into %1</numerusform>
                <numerusform>Upload %Ln files into %1</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln not stored</source>
            <translation>
                <numerusform>%Ln not stored</numerusform>
                <numerusform>%Ln not stored</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln file(s) in %1</source>
            <translation>
                <numerusform>%Ln file in %1</numerusform>
                <numerusform>%Ln files in %1</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>Emptying</name>
        <message numerus="yes">
            <source>Take all %Ln object(s) (%1) out of %2?</source>
            <translation>
                <numerusform>Take the only object (%1) out of %2?</numerusform>
                <numerusform>Take all %Ln objects (%1) out of %2?</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Take %Ln object(s) out of %1</source>
            <translation>
                <numerusform>Take %Ln object out of %1</numerusform>
                <numerusform>Take %Ln objects out of %1</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln reference(s) in tables would point at nothing.</source>
            <translation>
                <numerusform>%Ln reference in tables would point at nothing.</numerusform>
                <numerusform>%Ln references in tables would point at nothing.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln object(s) are named in tables that nobody mapped.</source>
            <translation>
                <numerusform>%Ln object is named in tables that nobody mapped.</numerusform>
                <numerusform>%Ln objects are named in tables that nobody mapped.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln object(s) marked to keep stay.</source>
            <translation>
                <numerusform>%Ln object marked to keep stays.</numerusform>
                <numerusform>%Ln objects marked to keep stay.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln object(s) listed</source>
            <translation>
                <numerusform>%Ln object listed</numerusform>
                <numerusform>%Ln objects listed</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>FamilyChoice</name>
        <message numerus="yes">
            <source>Upload %Ln file(s) into which family?</source>
            <translation>
                <numerusform>Upload %Ln file into which family?</numerusform>
                <numerusform>Upload %Ln files into which family?</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>Retention</name>
        <message numerus="yes">
            <source>%Ln object(s)</source>
            <translation>
                <numerusform>%Ln object</numerusform>
                <numerusform>%Ln objects</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>, with %Ln row(s) that go along</source>
            <translation>
                <numerusform>, with %Ln row that goes along</numerusform>
                <numerusform>, with %Ln rows that go along</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln more</source>
            <translation>
                <numerusform>%Ln more</numerusform>
                <numerusform>%Ln more</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>RetentionDialog</name>
        <message numerus="yes">
            <source>Clean up %Ln bucket(s)?</source>
            <translation>
                <numerusform>Clean up %Ln bucket?</numerusform>
                <numerusform>Clean up %Ln buckets?</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>Permission</name>
        <message numerus="yes">
            <source>Today it would take %Ln object(s) (%1).</source>
            <translation>
                <numerusform>Today it would take %Ln object (%1).</numerusform>
                <numerusform>Today it would take %Ln objects (%1).</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>Tray</name>
        <message numerus="yes">
            <source>and %Ln more</source>
            <translation>
                <numerusform>and %Ln more</numerusform>
                <numerusform>and %Ln more</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>FolderDetails</name>
        <message numerus="yes">
            <source>… and %Ln more</source>
            <translation>
                <numerusform>… and %Ln more</numerusform>
                <numerusform>… and %Ln more</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>… and %Ln more picture(s)</source>
            <translation>
                <numerusform>… and %Ln more picture</numerusform>
                <numerusform>… and %Ln more pictures</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>Uploads</name>
        <message numerus="yes">
            <source>%Ln folder(s) uploaded</source>
            <translation>
                <numerusform>%Ln folder uploaded</numerusform>
                <numerusform>%Ln folders uploaded</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln file(s)</source>
            <translation>
                <numerusform>%Ln file</numerusform>
                <numerusform>%Ln files</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln folder(s)</source>
            <translation>
                <numerusform>%Ln folder</numerusform>
                <numerusform>%Ln folders</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Upload %Ln folder(s) that wait?</source>
            <translation>
                <numerusform>Upload %Ln folder that waits?</numerusform>
                <numerusform>Upload %Ln folders that wait?</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Upload what is in %Ln folder(s)?</source>
            <translation>
                <numerusform>Upload what is in %Ln folder?</numerusform>
                <numerusform>Upload what is in %Ln folders?</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Upload %Ln picture(s)?</source>
            <translation>
                <numerusform>Upload %Ln picture?</numerusform>
                <numerusform>Upload %Ln pictures?</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln folder(s) left out: they stay on this computer and are not uploaded.</source>
            <translation>
                <numerusform>%Ln folder left out: it stays on this computer and is not uploaded.</numerusform>
                <numerusform>%Ln folders left out: they stay on this computer and are not uploaded.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln folder(s) moved before all others that wait.</source>
            <translation>
                <numerusform>%Ln folder moved before all others that wait.</numerusform>
                <numerusform>%Ln folders moved before all others that wait.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln folder(s) moved behind all others that wait.</source>
            <translation>
                <numerusform>%Ln folder moved behind all others that wait.</numerusform>
                <numerusform>%Ln folders moved behind all others that wait.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln folder(s) taken back: they wait again.</source>
            <translation>
                <numerusform>%Ln folder taken back: it waits again.</numerusform>
                <numerusform>%Ln folders taken back: they wait again.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln folder(s) still wait(s) to be uploaded.</source>
            <translation>
                <numerusform>%Ln folder still waits to be uploaded.</numerusform>
                <numerusform>%Ln folders still wait to be uploaded.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%1 of %Ln file(s) not proven to have arrived</source>
            <translation>
                <numerusform>%1 of %Ln file not proven to have arrived</numerusform>
                <numerusform>%1 of %Ln files not proven to have arrived</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln file(s) proven: everything has arrived</source>
            <translation>
                <numerusform>%Ln file proven: everything has arrived</numerusform>
                <numerusform>%Ln files proven: everything has arrived</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Answered for %Ln folder(s).</source>
            <translation>
                <numerusform>Answered for %Ln folder.</numerusform>
                <numerusform>Answered for %Ln folders.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>UploadsHeading</name>
        <message numerus="yes">
            <source>%1 of %Ln folder(s) uploaded</source>
            <translation>
                <numerusform>%1 of %Ln folder uploaded</numerusform>
                <numerusform>%1 of %Ln folders uploaded</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>All of %Ln folder(s) uploaded</source>
            <translation>
                <numerusform>The one folder is uploaded</numerusform>
                <numerusform>All %Ln folders are uploaded</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>UploadsTab</name>
        <message numerus="yes">
            <source>Upload %Ln folder(s) again?</source>
            <translation>
                <numerusform>Upload %Ln folder again?</numerusform>
                <numerusform>Upload %Ln folders again?</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>UploadsThroughput</name>
        <message numerus="yes">
            <source>%Ln file(s)</source>
            <translation>
                <numerusform>%Ln file</numerusform>
                <numerusform>%Ln files</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln folder(s)</source>
            <translation>
                <numerusform>%Ln folder</numerusform>
                <numerusform>%Ln folders</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>UploadsTrees</name>
        <message numerus="yes">
            <source>%Ln file(s)</source>
            <translation>
                <numerusform>%Ln file</numerusform>
                <numerusform>%Ln files</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln folder(s)</source>
            <translation>
                <numerusform>%Ln folder</numerusform>
                <numerusform>%Ln folders</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln folder(s) came since then</source>
            <translation>
                <numerusform>%Ln folder came since then</numerusform>
                <numerusform>%Ln folders came since then</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>VerifiedDialog</name>
        <message numerus="yes">
            <source>%Ln file(s) in %1 not proven to have arrived</source>
            <translation>
                <numerusform>%Ln file in %1 is not proven to have arrived</numerusform>
                <numerusform>%Ln files in %1 are not proven to have arrived</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>QuestionDetails</name>
        <message numerus="yes">
            <source>The answer is for those of the %Ln chosen folder(s) that ask the same.</source>
            <translation>
                <numerusform>The answer is for the %Ln chosen folder.</numerusform>
                <numerusform>The answer is for those of the %Ln chosen folders that ask the same.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>UploadsEmpty</name>
        <message numerus="yes">
            <source>All %Ln folder(s) that were found are stored.</source>
            <translation>
                <numerusform>The one folder that was found is stored.</numerusform>
                <numerusform>All %Ln folders that were found are stored.</numerusform>
            </translation>
        </message>
    </context>
</TS>
